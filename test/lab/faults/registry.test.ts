import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CauseId } from '@pathmedic/coordinator/domain/cause.ts';
import { SymptomKind } from '@pathmedic/coordinator/domain/symptom.ts';
import { describe, expect, it } from 'vitest';
import { impossibleCauses } from './impossible-causes.ts';
import { faults } from './registry.ts';

const names = faults.map((fault) => fault.name);

describe('the faults of the lab', () => {
  it('have names of their own, and files of those names', () => {
    expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
    const files = readdirSync(import.meta.dirname).filter((file) => {
      const text = readFileSync(join(import.meta.dirname, file), 'utf8');
      return /^export const \w+: Fault = /m.test(text);
    });
    expect(files.toSorted()).toEqual(names.map((name) => `${name}.ts`).toSorted());
  });

  it('say in two sentences what is done and what a pod sees', () => {
    const short = faults.filter(({ about }) => about.split('. ').length < 2 || !about.endsWith('.'));
    expect(short.map((fault) => fault.name)).toEqual([]);
  });

  it('make every cause that a diagnosis can name, or it is told why not', () => {
    const made = new Set(faults.map((fault) => fault.cause));
    const unmade = CauseId.options.filter((cause) => !made.has(cause));
    expect(unmade.toSorted()).toEqual(Object.keys(impossibleCauses).toSorted());
  });

  it('are told in the README with their sentences, symptoms and cause', () => {
    const readme = readFileSync(join(import.meta.dirname, 'README.md'), 'utf8').split('\n');
    const untold = faults.filter(({ name, about, symptoms, cause }) => {
      const row = readme.find((line) => line.startsWith(`| ${name} `)) ?? '';
      const [done = '', sees = ''] = about.replace(/\.$/, '').split('. ');
      return ![done, sees, symptoms.join(', '), cause].every((text) => row.includes(text));
    });
    expect(untold.map((fault) => fault.name)).toEqual([]);
  });

  it('make every symptom that cluster state or probes can show', () => {
    const shown = new Set(faults.flatMap((fault) => fault.symptoms));
    expect(SymptomKind.options.filter((kind) => !shown.has(kind))).toEqual(['asked']);
  });

  it('of every network can be made for the causes that are not about one', () => {
    const routed = faults.filter(({ networks }) => networks === undefined || networks.includes('routed'));
    const causes = new Set(routed.flatMap(({ cause, alsoTrue = [] }) => [cause, ...alsoTrue]));
    expect(CauseId.options.filter((cause) => !causes.has(cause))).toEqual(['bgp-peer-down']);
  });
});
