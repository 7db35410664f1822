/** file() artifacts and codecs of flows, through the commands, worker processes and the Runner's child. */
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { client, type FileArtifact, file } from '../../../src';
import { openStore } from '../../../src/store/open';
import { Runner } from '../../../src/testing';
import { Workspace } from '../../kit/workspace';

let ws: Workspace;
beforeAll(() => {
  ws = new Workspace().shareProcess();
});
afterAll(() => ws.dispose());

const casFiles = () =>
  existsSync(ws.path('.flow/cas'))
    ? (readdirSync(ws.path('.flow/cas'), { recursive: true }) as string[]).filter((name) => name.length > 60)
    : [];

describe('a file', () => {
  beforeAll(async () => {
    ws.flow(
      'files',
      `import { file } from '@nx-flow/core';
       import { existsSync } from 'node:fs';
       const start = f.start(() => {
         writeFileSync('report.csv', readFileSync('data.txt', 'utf8'));
         return { report: file('report.csv'), names: ['a', 'b'] };
       });
       const each = f.foreach('each', { after: start, over: 'names' }, async ({ self, input }) => ({
         text: input + await self.report.text(),
         report: self.report,
       }));
       const all = f.join('all', { after: each }, ({ inputs }) => ({ ...merge(inputs, { include: ['report'] }) }));
       const broken = f.step('broken', { after: all }, ({ self }) => {
         if (existsSync('fail')) throw new Error('told to');
         return { path: self.report.path, size: self.report.size };
       });
       export default f.end(broken);`,
    );
    ws.write('data.txt', 'one\n');
  });

  test('goes through workers, resume and merge into one file of the store', async () => {
    ws.write('fail', '');
    expect((await ws.nxFlow(['run', 'files'])).code).toBe(1);
    rmSync(ws.path('fail'));
    rmSync(ws.path('report.csv'));
    await ws.ok(['resume', 'files']);
    expect(casFiles()).toHaveLength(1);
    const dumped = await ws.ok(['dump', 'files', '--json']);
    const [stored] = casFiles() as [string];
    expect(dumped.json.artifacts).toEqual({
      report: { name: 'report.csv', size: 4, path: ws.path('.flow/cas', stored) },
      path: ws.path('.flow/cas', stored),
      size: 4,
    });
    const shown = await ws.ok(['dump', 'files', 'start']);
    expect(shown.stdout).toContain(
      'report File(report.csv), 4 B, from 1/start/1\nFileArtifact(report.csv, 4 B)',
    );
  });

  test('is spun: nothing is stored, and the output folder has the file itself', async () => {
    const before = await ws.store();
    ws.write('data.txt', 'one\n');
    const same = await ws.ok(['spin', 'files', 'start', '--json']);
    expect(same.json.artifacts.report).toMatchObject({ type: 'File(report.csv)', size: 4, change: 'same' });
    ws.write('data.txt', 'other\n');
    const changed = await ws.ok(['spin', 'files', 'start', '--json']);
    expect(changed.json.artifacts.report).toMatchObject({ size: 6, change: 'changed' });
    const folder = changed.json.outputPath;
    expect(ws.read(`${folder}/artifacts/report.csv`)).toBe('other\n');
    expect(JSON.parse(ws.read(`${folder}/artifacts.json`))[0]).toMatchObject({
      name: 'report',
      file: 'artifacts/report.csv',
      format: 'file',
    });
    const merged = await ws.ok(['spin', 'files', 'all', '--json']);
    expect(merged.json.artifacts.report.change).toBe('same');
    expect(ws.read(`${merged.json.outputPath}/artifacts/report.csv`)).toBe('one\n');
    expect(await ws.store()).toEqual(before);
  });

  test('is spun in all splits, and kept by --persist', async () => {
    const all = await ws.ok(['spin', 'files', 'each', '--all', '--json']);
    expect(ws.read(`${all.json.outputPath}/1/artifacts/report.csv`)).toBe('one\n');
    const kept = await ws.ok(['spin', 'files', 'start', '--persist', '--json']);
    expect(kept.code).toBe(0);
    const dumped = await ws.ok(['dump', 'files', '--spin', 'start', '--include=report', '--json']);
    const { path, size } = dumped.json.artifacts.report;
    expect([path.startsWith(ws.path('.flow/spin')), size, readFileSync(path, 'utf8')]).toEqual([
      true,
      6,
      'other\n',
    ]);
    ws.write('kept.txt', 'kept');
    ws.write(
      'kept.ts',
      `import { file } from '@nx-flow/core';\nexport default { report: file('kept.txt') };\n`,
    );
    await ws.ok(['spin', 'files', 'each', '--all', '--persist', '--artifacts=kept.ts', '--json']);
    const each = await ws.ok(['dump', 'files', '--spin', 'each', '--json']);
    expect(each.json.artifacts.text).toBe('akept');
    expect(readFileSync(each.json.artifacts.report.path, 'utf8')).toBe('kept');
  });

  test('is given by a module of --artifacts', async () => {
    ws.write('given.txt', 'given');
    ws.write(
      'given.ts',
      `import { file } from '@nx-flow/core';\nexport default { report: file('given.txt') };\n`,
    );
    const { json } = await ws.ok(['spin', 'files', 'each', '--artifacts=given.ts', '--json']);
    expect(json.artifacts).toMatchObject({
      text: { preview: '"agiven"', change: 'changed' },
      report: { type: 'File(given.txt)', change: 'changed' },
    });
    expect(ws.read(`${json.outputPath}/artifacts/report.txt`)).toBe('given');
  });

  test('that is not there fails the task, in a run and in a spin, naming step and artifact', async () => {
    ws.flow(
      'gone',
      `import { file } from '@nx-flow/core';
       const start = f.start(() => ({ report: file('gone.csv') }));
       export default f.end(start);`,
    );
    const said = `Step "start" returned the artifact "report" as file('${ws.path('gone.csv')}'), but there is no such file.`;
    for (const args of [
      ['run', 'gone'],
      ['spin', 'gone', 'start'],
    ]) {
      const failed = await ws.nxFlow(args);
      expect(failed.code).toBe(1);
      expect(failed.stdout + failed.stderr).toContain(said);
    }
  });

  test('goes to the Runner’s child and comes back', async () => {
    const runner = new Runner(ws.path('files.flow.ts'));
    try {
      const given = file(ws.path('given.txt'));
      const spun = await runner.spin('each', { artifacts: { report: given, names: ['x'] } });
      expect(spun.error).toBeUndefined();
      expect(spun.artifacts.text).toBe('xgiven');
      const report = spun.artifacts.report as FileArtifact;
      expect([report.name, report.size, await report.text()]).toEqual(['given.txt', 5, 'given']);
      const joined = await runner.spin('all', { artifacts: [{ report: given }, { report: given }] });
      expect(await (joined.artifacts.report as FileArtifact).text()).toBe('given');
    } finally {
      await runner.dispose();
    }
  });

  test('of the store that was changed is told when it is read', async () => {
    const [stored] = casFiles() as [string];
    const path = ws.path('.flow/cas', stored);
    const before = readFileSync(path);
    ws.write(join('.flow/cas', stored), 'forged');
    try {
      // A process that has read the file once does not look at its bytes again: this one has not.
      const failed = await ws.start(['spin', 'files', 'each']).done;
      expect(failed.code).toBe(1);
      expect(failed.stdout).toContain(
        `The file ${path} was changed: its bytes are not those that were stored. Execute its step again, or restore it from a copy.`,
      );
    } finally {
      ws.write(join('.flow/cas', stored), before.toString());
    }
    expect((await ws.ok(['spin', 'files', 'each', '--json'])).json.artifacts.text.change).toBe('same');
  });
});

test('a file of 200 MB is stored, read, spun and passed on in pieces: memory does not grow with it', async () => {
  const MB = 200;
  ws.write(
    'large.flow.ts',
    `import { file, flow } from '@nx-flow/core';
     import { closeSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
     const peak = () => Number(readFileSync('/proc/self/status', 'utf8').match(/VmHWM:\\s+(\\d+)/)?.[1]) / 1024;
     const f = flow('large');
     const start = f.start(() => {
       const fd = openSync('large.bin', 'w');
       for (let i = 0; i < ${MB}; i++) writeSync(fd, Buffer.alloc(1_000_000, i));
       closeSync(fd);
       const before = peak();
       process.on('exit', () => writeFileSync('peaks.start', JSON.stringify([before, peak()])));
       return { big: file('large.bin'), before };
     });
     const read = f.step('read', { after: start }, async ({ self }) => {
       const before = peak();
       process.on('exit', () => writeFileSync('peaks.read', JSON.stringify([before, peak()])));
       let length = 0;
       for await (const chunk of self.big.stream()) length += chunk.length;
       return { length, big: self.big };
     });
     const after = f.step('after', { after: read }, ({ self }) => ({ grown: peak() - self.before }));
     export default f.end(after);`,
  );
  // Memory and what is written at exit are of a process of its own.
  const alone = async (args: string[]) => {
    const result = await ws.start(args).done;
    expect([result.code, result.stderr]).toEqual([0, expect.any(String)]);
    return result;
  };
  const measured = existsSync('/proc/self/status');
  try {
    // One worker: its peak behind the others is that of all of them.
    await alone(['run', 'large', '--max-workers=1']);
    const { artifacts } = (await ws.ok(['dump', 'large', '--json'])).json;
    expect(artifacts.length).toBe(MB * 1e6);
    if (measured) expect(artifacts.grown).toBeLessThan(100);
    for (const step of ['start', 'read']) {
      const { json } = await alone(['spin', 'large', step, '--json']);
      expect(json.artifacts.big.change).toBe('same');
      expect(statSync(ws.path(json.outputPath, 'artifacts', 'big.bin')).size).toBe(MB * 1e6);
      if (!measured) continue;
      const [before, after] = JSON.parse(ws.read(`peaks.${step}`)) as [number, number];
      expect(after - before).toBeLessThan(100);
    }
  } finally {
    rmSync(ws.path('large.bin'), { force: true });
    rmSync(ws.path('dist'), { recursive: true, force: true });
  }
}, 120_000);

describe('codecs of a flow', () => {
  beforeAll(async () => {
    ws.write(
      'map.flow.ts',
      `import { type Codec, flow } from '@nx-flow/core';
       export class Point {
         constructor(readonly x: number, readonly y: number) {}
       }
       const point: Codec<Point> = {
         id: 'point',
         version: 1,
         match: (value) => value instanceof Point,
         encode: ({ x, y }) => Buffer.from(JSON.stringify([x, y])),
         decode: (bytes) => {
           const [x, y] = JSON.parse(Buffer.from(bytes).toString());
           return new Point(x, y);
         },
       };
       const f = flow('map', { codecs: [point] });
       const start = f.start(() => ({ home: new Point(3, 4) }));
       const next = f.step('next', { after: start }, ({ self }) => ({ norm: Math.hypot(self.home.x, self.home.y), home: self.home }));
       export default f.end(next);`,
    );
    await ws.ok(['run', 'map']);
  });

  test('work in workers, in a spin, and in dump, which imports the flow for them', async () => {
    const { json } = await ws.ok(['spin', 'map', 'next', '--json']);
    expect(json.artifacts).toMatchObject({
      norm: { change: 'same', preview: '5' },
      home: { change: 'same', type: 'Point', preview: 'Point { x: 3, y: 4 }' },
    });
    expect(ws.read(`${json.outputPath}/artifacts/home.bin`)).toBe('[3,4]');
    expect(JSON.parse(ws.read(`${json.outputPath}/artifacts.json`))[1].format).toBe('codec:point');
    expect((await ws.ok(['dump', 'map', '--json'])).json.artifacts.home).toEqual({ x: 3, y: 4 });
    expect((await ws.ok(['dump', 'map', 'start'])).stdout).toContain('Point { x: 3, y: 4 }');
  });

  test('work in the Runner’s child', async () => {
    const runner = new Runner(ws.path('map.flow.ts'));
    try {
      const ran = await runner.run();
      expect(ran.error).toBeUndefined();
      expect(await ran.run.artifacts.norm).toBe(5);
      const spun = await runner.spin('next');
      expect([spun.error, spun.artifacts.norm]).toEqual([undefined, 5]);
    } finally {
      await runner.dispose();
    }
  });

  test('that are not there are named, by the client and by dump', async () => {
    const store = openStore(ws.path('.flow'));
    try {
      const task = await client('map', { store, namespace: null }).task('1/start/1');
      await expect(task.artifacts.home).rejects.toMatchObject({ code: 'FLOW_CODEC_UNKNOWN' });
    } finally {
      await store.close();
    }
    const source = ws.read('map.flow.ts');
    rmSync(ws.path('map.flow.ts'));
    try {
      const failed = await ws.nxFlow(['dump', 'map', 'start', '--json']);
      expect(failed).toMatchObject({ code: 1, json: { error: { code: 'FLOW_CODEC_UNKNOWN' } } });
      expect(failed.json.error.message).toContain('The codec "point" stored an artifact, and the flow');
      await ws.ok(['show', 'map', '1/start/1']);
    } finally {
      ws.write('map.flow.ts', source);
    }
  });
});

test('a codec says what its file is and what people see, and one that decodes with time too', async () => {
  ws.write(
    'table.flow.ts',
    `import { type Codec, flow, type LaterCodec } from '@nx-flow/core';
     class Table { constructor(readonly rows: { film: string; votes: number }[]) {} }
     class Model { constructor(readonly weights: number[]) {} }
     const table: Codec<Table> = {
       id: 'table', version: 1,
       match: (value) => value instanceof Table,
       encode: ({ rows }) => Buffer.from(JSON.stringify(rows)),
       decode: (bytes) => new Table(JSON.parse(String(Buffer.from(bytes)))),
       file: { extension: 'rows', mediaType: 'application/x-rows' },
       preview: ({ rows }) => ({ line: rows.length + ' rows', rows }),
       json: ({ rows }) => rows,
     };
     const model: LaterCodec<Model> = {
       id: 'model', version: 1,
       match: (value) => value instanceof Model,
       encode: ({ weights }) => Buffer.from(JSON.stringify(weights)),
       decodeAsync: async (bytes) => new Model(JSON.parse(String(Buffer.from(bytes)))),
       file: { extension: 'weights' },
       preview: ({ weights }) => weights.length + ' weights',
     };
     const f = flow('table', { codecs: [table, model] });
     const start = f.start(() => ({ films: new Table([{ film: 'Moby-Dick', votes: 7 }]), model: new Model([1, 2]) }));
     const next = f.step('next', { after: start }, async ({ self }) => ({ model: self.model, first: (await self.model.value()).weights[0] }));
     export default f.end(next);`,
  );
  await ws.ok(['run', 'table']);
  const { json } = await ws.ok(['spin', 'table', 'start', '--json']);
  expect(json.artifacts).toMatchObject({
    films: { change: 'same', preview: '1 rows' },
    model: { change: 'same', preview: '2 weights' },
  });
  expect(JSON.parse(ws.read(`${json.outputPath}/artifacts.json`))).toMatchObject([
    { file: 'artifacts/films.rows', format: 'codec:table', mediaType: 'application/x-rows' },
    { file: 'artifacts/model.weights', format: 'codec:model' },
  ]);
  const again = await ws.ok(['spin', 'table', 'next', '--json']);
  expect(again.json.artifacts).toMatchObject({
    model: { change: 'same', preview: 'Later(Model)' },
    first: { change: 'same', preview: '1' },
  });
  expect(ws.read(`${again.json.outputPath}/artifacts/model.weights`)).toBe('[1,2]');
  await ws.ok(['step', 'table', 'start']);
  await ws.ok(['step', 'table', 'next']);
  expect(ws.read('dist/flow/table/steps/start/artifacts/films.rows')).toContain('Moby-Dick');
  expect(JSON.parse(ws.read('dist/flow/table/steps/next/artifacts.json'))).toMatchObject([
    { name: 'model', file: 'artifacts/model.weights' },
    { name: 'first' },
  ]);
  const { stdout } = await ws.ok(['dump', 'table', 'next']);
  expect(stdout).toContain('1 rows\nfilm       votes\nMoby-Dick  7\n');
  expect(stdout).toContain('2 weights\n');
  expect((await ws.ok(['dump', 'table', 'next', '--json'])).json.artifacts).toMatchObject({
    model: { weights: [1, 2] },
    films: [{ film: 'Moby-Dick', votes: 7 }],
  });
});

test('dump --json has NaN and infinities as text, and leaves undefined out', async () => {
  ws.flow(
    'numbers',
    `const start = f.start(() => ({
       list: [Number.NaN, 1 / 0, -1 / 0, undefined, 1.5],
       object: { gone: undefined, there: 1, nan: Number.NaN },
       nothing: undefined,
     }));
     export default f.end(start);`,
  );
  await ws.ok(['run', 'numbers']);
  expect((await ws.ok(['dump', 'numbers', '--json'])).json.artifacts).toEqual({
    list: ['NaN', 'Infinity', '-Infinity', null, 1.5],
    object: { there: 1, nan: 'NaN' },
  });
});
