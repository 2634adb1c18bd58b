/**
 * Tells what is waited for, not at every look: once it has been waited for some time, and then only news.
 * @param nowMs of any clock that goes on
 */
export function progress(
  say: (line: string) => void,
  nowMs: () => number = () => performance.now(),
): (waitingFor: string) => void {
  let toldMs = nowMs();
  let told = '';
  return (waitingFor) => {
    if (waitingFor === told || nowMs() - toldMs < quietMs) return;
    say(`waiting for ${waitingFor}`);
    told = waitingFor;
    toldMs = nowMs();
  };
}

const quietMs = 3000;
