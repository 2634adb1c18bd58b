import { describeSchedules } from './many-schedules.ts';

describeSchedules(1, 2);
