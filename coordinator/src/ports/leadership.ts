/** Leadership of the sensing duties by a Kubernetes Lease. */
export interface Leadership {
  /** True while this replica's lease is valid by its own monotonic clock. */
  leading(): boolean;
  /** URL of the leader as written in the Lease; null when nobody leads. */
  leaderUrl(): string | null;
  onChange(listener: (leading: boolean) => void): void;
  close(): Promise<void>;
}
