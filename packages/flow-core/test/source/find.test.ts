import { spawnSync } from 'node:child_process';
import fs, {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, parse, relative } from 'node:path';
import { temporaryName } from '../../src/environment/temporary';
import { findWorkspace } from '../../src/environment/workspace';
import { indexFlows, keepIndex, stem } from '../../src/source/find';
import { SourceProcess } from '../kit/source';

let source: SourceProcess;
beforeAll(() => {
  source = new SourceProcess();
});
afterAll(() => source.close());

let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'nx-flow-test-')));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(name: string, content = ''): string {
  const file = join(folder, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  return file;
}
const text = (name: string) => `import { flow } from '@nx-flow/core';\nconst f = flow('${name}');\n`;
const indexed = async () => {
  const found = await source.indexFlows(folder);
  await source.keepIndex(true);
  return found.map(({ name, file }) => `${name} ${relative(folder, file)}`).sort();
};

describe('the index of flows', () => {
  test('finds flow files of every kind, at any depth, and looks into no folder of others', async () => {
    write('a.flow.ts', text('a'));
    write('deep/er/b.flow.mts', text('b'));
    write('deep/c.flow.tsx', text('c'));
    write('deep/d.flow.cts', text('d'));
    for (const ignored of ['node_modules/x', 'dist', '.hidden', 'deep/build', 'coverage', 'tmp']) {
      write(`${ignored}/z.flow.ts`, text('z'));
    }
    write('plain.ts', text('plain'));
    write('flow.ts', text('flow'));
    expect(await indexed()).toEqual([
      'a a.flow.ts',
      'b deep/er/b.flow.mts',
      'c deep/c.flow.tsx',
      'd deep/d.flow.cts',
    ]);
  });

  test('notices files that come, go and move', async () => {
    write('a.flow.ts', text('a'));
    expect(await indexed()).toEqual(['a a.flow.ts']);
    const b = write('sub/b.flow.ts', text('b'));
    expect(await indexed()).toEqual(['a a.flow.ts', 'b sub/b.flow.ts']);
    renameSync(b, join(folder, 'sub/c.flow.ts'));
    expect(await indexed()).toEqual(['a a.flow.ts', 'b sub/c.flow.ts']);
    rmSync(join(folder, 'a.flow.ts'));
    expect(await indexed()).toEqual(['b sub/c.flow.ts']);
    renameSync(join(folder, 'sub'), join(folder, 'other'));
    expect(await indexed()).toEqual(['b other/c.flow.ts']);
  });

  test('notices an edited name, also one of the same length at once', async () => {
    write('a.flow.ts', text('one'));
    expect(await indexed()).toEqual(['one a.flow.ts']);
    for (const name of ['two', 'six', 'ten', 'eleven', 'red']) {
      write('a.flow.ts', text(name));
      expect(await indexed()).toEqual([`${name} a.flow.ts`]);
    }
  });

  test('notices a file that came right after the folder was read', async () => {
    for (let n = 0; n < 20; n++) {
      write(`f${n}.flow.ts`, text(`f${n}`));
      expect(await indexed()).toHaveLength(n + 1);
    }
  });

  test('reads again what has another time, even where the size is the same', async () => {
    const file = write('a.flow.ts', text('one'));
    utimesSync(file, new Date(1e12), new Date(1e12));
    expect(await indexed()).toEqual(['one a.flow.ts']);
    write('a.flow.ts', text('two'));
    utimesSync(file, new Date(1.1e12), new Date(1.1e12));
    expect(await indexed()).toEqual(['two a.flow.ts']);
  });

  test('knows several flows of one file, and none by name in a file that does not parse', async () => {
    write('two.flow.ts', `${text('first')}const g = flow('second');`);
    write('broken.flow.ts', `${text('other')}const = ;`);
    write('empty.flow.ts', '');
    expect(await indexed()).toEqual([
      'broken broken.flow.ts',
      'empty empty.flow.ts',
      'first two.flow.ts',
      'second two.flow.ts',
    ]);
  });

  test('is not misled by names in comments', async () => {
    write('a.flow.ts', `// flow('wrong')\n${text('right')}`);
    expect(await indexed()).toEqual(['right a.flow.ts']);
  });

  test('begins anew where its file is broken', async () => {
    write('a.flow.ts', text('a'));
    await indexed();
    write('.flow/index.json', '{"version":1');
    expect(await indexed()).toEqual(['a a.flow.ts']);
    write('.flow/index.json', '{"version":1}');
    expect(await indexed()).toEqual(['a a.flow.ts']);
    write('.flow/index.json', 'null');
    expect(await indexed()).toEqual(['a a.flow.ts']);
  });

  test('removes what a killed process left of its file', async () => {
    write('a.flow.ts', text('a'));
    const { pid } = spawnSync('true');
    write(`.flow/${temporaryName().replace(`-${process.pid}-`, `-${pid}-`)}`);
    await indexed();
    expect(readdirSync(join(folder, '.flow'))).toEqual(['index.json']);
  });

  test('takes a folder that may not be read, or is gone meanwhile, for an empty one, until it can be read', async () => {
    write('a.flow.ts', text('a'));
    write('shut/b.flow.ts', text('b'));
    for (const name of ['', 'shut']) utimesSync(join(folder, name), new Date(1e12), new Date(1e12));
    const { readdirSync } = fs;
    const spy = jest.spyOn(fs, 'readdirSync').mockImplementation(((path: string, options: object) => {
      if (path === join(folder, 'shut')) throw Object.assign(new Error('EACCES'), { code: 'EACCES' });
      return readdirSync(path, options as never);
    }) as never);
    const names = async () => (await indexFlows(folder)).map(({ name }) => name);
    try {
      expect(await names()).toEqual(['a']);
    } finally {
      spy.mockRestore();
    }
    expect(await names()).toEqual(['a', 'b']);
  });

  test("does not walk the file system's root", async () => {
    const { root } = parse(folder);
    write('a.flow.ts', text('a'));
    expect((await source.indexFlows(root)).filter(({ file }) => dirname(file) !== root)).toEqual([]);
    expect(findWorkspace(root)).toBe(root);
  });

  test('is written by a command that was not refused, and makes the folder only where that may make one', async () => {
    write('a.flow.ts', text('a'));
    for (const makes of [false, true]) {
      await source.indexFlows(folder);
      expect(existsSync(join(folder, '.flow'))).toBe(false);
      await source.keepIndex(makes);
    }
    expect(Object.keys(JSON.parse(readFileSync(join(folder, '.flow/index.json'), 'utf8')).files)).toEqual([
      'a.flow.ts',
    ]);
  });

  test('has only what is your own where everybody can write', async () => {
    write('mine/a.flow.ts', text('a'));
    write('theirs/b.flow.ts', text('b'));
    write('theirs.flow.ts', text('theirs'));
    write('.flow/index.json', JSON.stringify({ version: 1, folders: {}, files: {} }));
    const { statSync } = fs;
    const names = async () => (await indexFlows(folder)).map(({ name }) => name);
    jest.spyOn(fs, 'statSync').mockImplementation(((path: string, options?: object) => {
      const stats = statSync(path, options);
      return stats && basename(path).startsWith('theirs')
        ? Object.assign(stats, { uid: stats.uid + 1 })
        : stats;
    }) as never);
    try {
      expect(await names()).toEqual(['theirs', 'a', 'b']);
      chmodSync(folder, 0o777);
      expect(await names()).toEqual(['a']);
    } finally {
      jest.restoreAllMocks();
    }
  });

  test("is its owner's alone, whatever the umask is", async () => {
    write('a.flow.ts', text('a'));
    const before = process.umask(0);
    try {
      expect(await indexFlows(folder)).toHaveLength(1);
      keepIndex(true);
    } finally {
      process.umask(before);
    }
    const modes = ['.flow', '.flow/index.json'].map((name) => fs.statSync(join(folder, name)).mode & 0o777);
    expect(modes).toEqual([0o700, 0o600]);
  });

  test('leaves nothing in a folder that has no flows', async () => {
    expect(await indexed()).toEqual([]);
    write('x.ts');
    expect(findWorkspace(join(folder))).toBe(folder);
    expect(() => rmSync(join(folder, '.flow'), { recursive: true })).toThrow('ENOENT');
  });
});

describe('a flow', () => {
  test('is found by its name from the workspace, and by its file from anywhere', async () => {
    const file = write('pkg/movies.flow.ts', text('movies'));
    await expect(source.findFlowFile('movies', join(folder, 'pkg'), folder)).resolves.toBe(file);
    await expect(source.findFlowFile('movies.flow.ts', join(folder, 'pkg'), folder)).resolves.toBe(file);
    await expect(source.findFlowFile('./pkg/movies.flow.ts', folder, folder)).resolves.toBe(file);
    await expect(source.findFlowFile(file, '/', folder)).resolves.toBe(file);
  });

  test('that is not there is named, with the nearest one', async () => {
    write('movies.flow.ts', text('movies'));
    const failure = (flow: string) =>
      source.findFlowFile(flow, folder, folder).then(
        () => 'found',
        ({ code, message }) => `${code} ${message}`,
      );
    expect(await failure('movis')).toBe(
      `FLOW_NOT_FOUND There is no flow "movis" in ${folder}. Did you mean "movies"?`,
    );
    expect(await failure('zebra')).toBe(
      `FLOW_NOT_FOUND There is no flow "zebra" in ${folder}. There is: movies.`,
    );
    expect(await failure('no.flow.ts')).toBe(
      `FLOW_NOT_FOUND There is no file ${folder}/no.flow.ts. Give a flow's file (movies.flow.ts) or its name (movies).`,
    );
    rmSync(join(folder, 'movies.flow.ts'));
    expect(await failure('movies')).toBe(
      `FLOW_NOT_FOUND There is no flow "movies" in ${folder}. It has no *.flow.ts file.`,
    );
  });

  test('that two files claim is refused by its name', async () => {
    write('a/movies.flow.ts', text('movies'));
    write('b/films.flow.ts', text('movies'));
    await expect(source.findFlowFile('movies', folder, folder)).rejects.toMatchObject({
      code: 'FLOW_AMBIGUOUS',
      message:
        'The name "movies" is claimed by a/movies.flow.ts and b/films.flow.ts: give the file instead, or rename one.',
    });
  });

  test('has the stem of its file as its own name', () => {
    expect(stem('/x/movies.flow.ts')).toBe('movies');
    expect(stem('movies.flow.mts')).toBe('movies');
    expect(stem('movies.flow.tsx')).toBe('movies');
    expect(stem('movies.ts')).toBe('movies');
  });
});
