/** Where one watch puts its records. */
export interface RecordSink<R> {
  /** Everything there is, after a list. */
  replaceAll(records: ReadonlyMap<string, R>): void;
  set(uid: string, record: R): void;
  delete(uid: string): void;
}

/** Records of one kind, from one watch or several (one a namespace). */
export interface RecordTable<R> {
  sink(): RecordSink<R>;
  /** The same array until something changes. */
  records(): readonly R[];
}

export function createRecordTable<R>(onChange: () => void = () => undefined): RecordTable<R> {
  const parts: Map<string, R>[] = [];
  let snapshot: readonly R[] | null = [];

  function changed(): void {
    snapshot = null;
    onChange();
  }

  return {
    sink() {
      const part = new Map<string, R>();
      parts.push(part);
      return {
        replaceAll(records) {
          part.clear();
          for (const [uid, record] of records) part.set(uid, record);
          changed();
        },
        set(uid, record) {
          part.set(uid, record);
          changed();
        },
        delete(uid) {
          if (part.delete(uid)) changed();
        },
      };
    },
    records() {
      snapshot ??= parts.flatMap((part) => [...part.values()]);
      return snapshot;
    },
  };
}
