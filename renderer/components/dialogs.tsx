/** What lies over any screen: About and the list of shortcuts. */
export function Dialogs() {
  return null;
}
