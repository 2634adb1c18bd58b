/** How the app took what Slack sent it. Only `acknowledged` looks successful to the person who clicked. */
export type Delivery =
  | { readonly outcome: 'acknowledged'; readonly transport: 'socket' | 'http'; readonly response: unknown }
  | { readonly outcome: 'timed-out'; readonly transport: 'socket' | 'http' }
  | {
      readonly outcome: 'rejected';
      readonly transport: 'http';
      readonly status: number;
      readonly body: string;
    }
  | { readonly outcome: 'unreachable'; readonly transport: 'http'; readonly reason: string }
  | { readonly outcome: 'no-transport' };
