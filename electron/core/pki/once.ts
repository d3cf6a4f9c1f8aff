/** `work`, done once for each object as long as that one is used. What it throws is not kept. */
export function onceFor<K extends object, V extends object | boolean>(work: (key: K) => V): (key: K) => V {
  const done = new WeakMap<K, V>();
  return (key) => {
    const known = done.get(key);
    if (known !== undefined) return known;
    const value = work(key);
    done.set(key, value);
    return value;
  };
}

/** The last `most` values by name, each made when it is first asked for. What `make` throws is not kept. */
export function lastMade<V extends object>(most: number): (name: string, make: () => V) => V {
  const known = new Map<string, V>();
  return (name, make) => {
    const value = known.get(name) ?? make();
    // A Map goes by the order of insertion: the first is the one not asked for since the longest time.
    known.delete(name);
    known.set(name, value);
    for (const [oldest] of known) {
      if (known.size <= most) break;
      known.delete(oldest);
    }
    return value;
  };
}
