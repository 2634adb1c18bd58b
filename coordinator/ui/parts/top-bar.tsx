import type { ComponentChildren, JSX, TargetedMouseEvent } from 'preact';
import { request } from '../live/api.ts';
import { navigate } from '../live/route.ts';
import { useSession } from '../live/session.ts';
import { Icon } from './icon.tsx';

/** What stands above each page: the name, where we are, who is looking. `children`: the state of the line. */
export function TopBar({
  cluster,
  children,
}: {
  cluster: string;
  children?: ComponentChildren;
}): JSX.Element {
  const { me, setMe } = useSession();
  const logOut = async (): Promise<void> => {
    await request('POST', '/v1/logout');
    setMe(null);
    navigate('/login');
  };
  return (
    <header class="top-bar">
      <a class="brand" href="/" onClick={followLocally}>
        <span class="brand-mark">
          <Icon name="pulse" size={18} />
        </span>
        pathmedic
      </a>
      <span class="cluster">{cluster}</span>
      <span class="top-bar-rest">
        {children}
        {me !== null && (
          <span class="who">
            <Icon name="person" size={14} />
            <span class="who-name">@{me.name}</span>
            <button type="button" class="link" onClick={() => void logOut()}>
              Log out
            </button>
          </span>
        )}
      </span>
    </header>
  );
}

/** A click on a link of ours without loading the page anew; other buttons and keys keep the browser's meaning. */
export function followLocally(event: TargetedMouseEvent<HTMLAnchorElement>): void {
  if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  navigate(new URL(event.currentTarget.href).pathname);
}
