import { describeSchedules } from './many-schedules.ts';

describeSchedules(0, 2);
