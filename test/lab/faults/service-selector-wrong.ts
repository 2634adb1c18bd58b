import { putBack, readValue } from './change-objects.ts';
import { rememberOnce } from './fault-memory.ts';
import type { Fault } from './fault.ts';
import { measuring } from './measuring.ts';
import { lookAtService } from './service-path.ts';

const service = 'svc/echo';

export const serviceSelectorWrong: Fault = {
  name: 'service-selector-wrong',
  about:
    'The selector of the Service echo asks for a label that no pod has. ' +
    'Its address refuses connections everywhere; the pods themselves answer.',
  cause: 'service-no-endpoints',
  symptoms: ['service-endpoints', 'paths-failing'],
  async inject(place) {
    await rememberOnce(place, 'selector', () => readValue(place.lab, 'app', service, '{.spec.selector}'));
    await putBack(
      place.lab,
      'app',
      service,
      '/spec/selector',
      JSON.stringify({ app: 'echo', tier: 'backend' }),
    );
  },
  async heal(place) {
    const before = await place.recall('selector');
    if (before === null) return;
    await putBack(place.lab, 'app', service, '/spec/selector', before);
    await place.forget('selector');
  },
  async measure({ lab, node, peer }) {
    const measure = measuring(lab);
    await lookAtService(measure, lab, node);
    await measure.podToPod(node, peer);
    return measure.result();
  },
};
