import type { JSX } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { Me } from '@pathmedic/shared/contract/console.ts';
import { request } from './live/api.ts';
import { useRoute } from './live/route.ts';
import { goToLogin, SessionContext } from './live/session.ts';
import { ConversationPage } from './pages/conversation-page.tsx';
import { ListPage } from './pages/list-page.tsx';
import { LoginPage } from './pages/login-page.tsx';

/** The console: login, list, conversation. */
export function App(): JSX.Element {
  const route = useRoute();
  const [me, setMe] = useState<Me | null>(null);
  const session = useMemo(() => ({ me, setMe }), [me]);
  const atLogin = route.at === 'login';

  useEffect(() => {
    if (me !== null || atLogin) return;
    void request<Me>('GET', '/v1/me').then((answer) => {
      if (answer.ok) setMe(answer.value);
      else if (answer.status === 401) goToLogin();
    });
  }, [me, atLogin]);

  return (
    <SessionContext.Provider value={session}>
      {route.at === 'login' && <LoginPage next={route.next} />}
      {route.at === 'list' && <ListPage />}
      {route.at === 'incident' && <ConversationPage key={route.id} id={route.id} />}
    </SessionContext.Provider>
  );
}
