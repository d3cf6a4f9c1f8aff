/** The mark: a register and a device, joined. */
export function BrandMark() {
  return (
    <svg className="brand-mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect className="brand-tile" width="32" height="32" rx="9" />
      <rect className="brand-line" x="6.5" y="9" width="10" height="9" rx="2" />
      <path className="brand-line" d="M9 22.5h5M11.5 18v4.5" />
      <rect className="brand-line" x="20" y="8" width="6" height="15" rx="2" />
      <path className="brand-dot" d="M16.5 13.5h3.5" />
    </svg>
  );
}
