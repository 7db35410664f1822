/** Every rule of a flow's graph: what it refuses, what it advises, and where it points. */
import { readFileSync } from 'node:fs';
import { flow } from '../../src/definition/flow';
import { RULES } from '../../src/definition/rules';
import {
  anyOf,
  type Handle,
  lineIn,
  nothing,
  placesIn,
  problemsOf,
  type UntypedFlow,
  untyped,
} from './untyped';

const at = placesIn(__filename);
const onLine = lineIn(__filename);

/** A flow that has a start; `declare` adds to it and gives the problems it is refused with. */
function refused(declare: (f: UntypedFlow, start: Handle) => unknown) {
  const f = untyped('bad');
  return problemsOf(() =>
    declare(
      f,
      f.start(() => ({ list: [1] })),
    ),
  );
}
function problem(code: string, message: string, where: string | RegExp) {
  return { code, message, where: typeof where === 'string' ? where : expect.stringMatching(where) };
}
const HERE = /rules\.test\.ts:\d+:\d+$/;

test('a flow needs a usable name', () => {
  const f = untyped('two words');
  expect(problemsOf(() => f.end(f.start(nothing)))).toEqual([
    problem(
      'FLOW_NAME',
      'The flow\'s name "two words" is not usable: letters, digits, _ and -, starting with a letter.',
      HERE,
    ),
  ]);
});

test('a name is as long as folders can take it', () => {
  const long = 'n'.repeat(101);
  const f = untyped(long);
  const step = f.step(long, { after: f.start(nothing) }, nothing);
  const advice = 'is not usable: at most 100 characters, and these are 101.';
  expect(problemsOf(() => f.end(step))).toEqual([
    problem('FLOW_NAME', `The flow's name "${long}" ${advice}`, HERE),
    problem('FLOW_STEP_NAME', `The step name "${long}" ${advice}`, HERE),
  ]);
  const longest = untyped(long.slice(1));
  expect(problemsOf(() => longest.end(longest.start(nothing)))).toEqual([]);
});

test('a step needs a usable name', () => {
  expect(refused((f, start) => f.end(f.step('2nd', { after: start }, nothing)))).toEqual([
    problem(
      'FLOW_STEP_NAME',
      'The step name "2nd" is not usable: letters, digits, _ and -, starting with a letter.',
      at(/f\.step\('2nd'/),
    ),
  ]);
});

test.each(['start', 'end', 'spin'])('a step cannot be called %s, and that is all that is wrong', (name) => {
  const found = refused((f, start) => f.end(f.step(name, { after: start }, nothing)));
  expect(found).toEqual([
    problem(
      'FLOW_STEP_RESERVED',
      `A step cannot be called "${name}": the name is taken. Choose another.`,
      at(/f\.step\(name, { after: start }/),
    ),
  ]);
});

test('two steps cannot share a name: the second one is pointed at', () => {
  const found = refused((f, start) => {
    const first = f.step('twin', { after: start }, nothing);
    return f.end(f.loop('twin', { after: first, while: 'go' }, nothing));
  });
  expect(found).toContainEqual(
    problem(
      'FLOW_STEP_TWICE',
      'There is a step "twin" already: give one of the two another name.',
      at(/f\.loop\('twin'/),
    ),
  );
});

test('a flow has one start and one end', () => {
  expect(refused((f) => f.end(f.start({ retry: 1 }, nothing)))).toContainEqual(
    problem(
      'FLOW_STEP_TWICE',
      'A flow has one start: remove the second f.start().',
      at(/f\.start\({ retry: 1 }/),
    ),
  );
  const f = untyped('ends');
  const start = f.start(nothing);
  f.end(start);
  expect(problemsOf(() => f.end({ after: start, retry: 3 }))).toEqual([
    problem(
      'FLOW_STEP_TWICE',
      'A flow has one end: remove the second f.end().',
      at(/f\.end\({ after: start, retry: 3/),
    ),
  ]);
});

test('a flow needs a start', () => {
  const f = untyped('headless');
  expect(problemsOf(() => f.end(undefined))).toEqual([
    problem('FLOW_NO_START', 'The flow has no start: declare it with f.start().', HERE),
    problem(
      'FLOW_NO_PARENT',
      'Step "end" comes after nothing: give a step of this flow as `after`.',
      at(/f\.end\(undefined/),
    ),
  ]);
});

test('a step needs a body', () => {
  expect(refused((f, start) => f.end(f.step('bodiless', { after: start })))).toEqual([
    problem(
      'FLOW_NO_BODY',
      'Step "bodiless" has no body: give a function as the last argument.',
      at(/f\.step\('bodiless'/),
    ),
  ]);
});

test('a step needs a step to come after', () => {
  const found = refused((f) => f.end(f.step('orphan', { after: 'start' }, nothing)));
  expect(found).toContainEqual(
    problem(
      'FLOW_NO_PARENT',
      'Step "orphan" comes after nothing: give a step of this flow as `after`.',
      at(/f\.step\('orphan'/),
    ),
  );
  const bare = refused((f) => f.end(f.step('optionless')));
  expect(bare.map((p) => p.code)).toEqual(['FLOW_NO_BODY', 'FLOW_NO_PARENT', 'FLOW_DEAD_END']);
});

test('a gather needs a step for each of its branches', () => {
  const found = refused((f, start) =>
    f.end(f.gather('hole', { after: { a: start, b: undefined } }, nothing)),
  );
  expect(found).toEqual([
    problem(
      'FLOW_NO_PARENT',
      'Step "hole" comes after nothing: give a step of this flow as `after`, one for each branch.',
      at(/f\.gather\('hole'/),
    ),
  ]);
});

test('a step of another flow is no parent', () => {
  const other = untyped('other');
  const stranger = other.step('stranger', { after: other.start(nothing) }, nothing);
  const found = refused((f, start) =>
    f.end(f.gather('mixed', { after: { a: start, b: stranger } }, nothing)),
  );
  expect(found).toEqual([
    problem(
      'FLOW_FOREIGN_STEP',
      'Step "mixed" comes after "stranger", which is a step of another flow.',
      at(/f\.gather\('mixed'/),
    ),
  ]);
});

test('a step of another flow is no parent, even if its name is known here', () => {
  const other = untyped('other');
  const foreign = other.switch('same', { after: other.start(nothing), on: 'x', cases: ['a'] }, nothing);
  const found = refused((f, start) => {
    const own = f.switch('same', { after: start, on: 'x', cases: ['a'] }, nothing);
    const arm = f.step('arm', { after: foreign.when('a') }, nothing);
    return f.end(anyOf(own.when('a'), arm));
  });
  expect(found).toContainEqual(
    problem(
      'FLOW_FOREIGN_STEP',
      'Step "arm" comes after "same", which is a step of another flow.',
      at(/f\.step\('arm'/),
    ),
  );
});

test('a switch is left by one of its cases, and a mistyped one is named with the nearest', () => {
  const found = refused((f, start) => {
    const size = f.switch('size', { after: start, on: 'is', cases: ['small', 'big'] }, nothing);
    const quick = f.step('quick', { after: size.when('smal') }, nothing);
    return f.end(anyOf(quick, size.when('big')));
  });
  expect(found).toContainEqual(
    problem(
      'FLOW_UNKNOWN_CASE',
      '"smal" is not a case of "size". Did you mean "small"?',
      at(/f\.step\('quick'/),
    ),
  );
});

test('a step cannot come after a switch itself', () => {
  const found = refused((f, start) => {
    const size = f.switch('size', { after: start, on: 'is', cases: ['big'] }, nothing);
    const always = f.step('always', { after: size }, nothing);
    return f.end(anyOf(always, size.when('big')));
  });
  expect(found).toContainEqual(
    problem(
      'FLOW_SWITCH_EDGE',
      'Step "always" comes after the switch "size" itself: use size.when(\'…\') for one of its cases.',
      at(/f\.step\('always'/),
    ),
  );
});

test.each([
  ['no artifact', { cases: ['a'] }],
  ['no cases', { on: 'x' }],
  ['an empty list of cases', { on: 'x', cases: [] }],
  ['cases that are no list', { on: 'x', cases: 'a' }],
])('a switch with %s is refused', (_, given) => {
  const found = refused((f, start) => {
    const pick = f.switch('pick', { after: start, ...given }, nothing);
    return f.end(anyOf(f.step('a', { after: pick.when('a') }, nothing)));
  });
  expect(found).toContainEqual(
    problem(
      'FLOW_SWITCH_CASES',
      'The switch "pick" needs `on` (an artifact\'s name) and `cases` (a list).',
      onLine(/f\.switch\('pick'/),
    ),
  );
});

test('every case of a switch leads somewhere', () => {
  const found = refused((f, start) => {
    const way = f.switch('compass', { after: start, on: 'x', cases: ['left', 'right', 'back'] }, nothing);
    const left = f.step('left', { after: way.when('left') }, nothing);
    return f.end(left);
  });
  const where = onLine(/f\.switch\('compass'/);
  expect(found).toEqual([
    problem(
      'FLOW_CASE_LEADS_NOWHERE',
      'The case "right" of "compass" leads nowhere: declare a step after compass.when(\'right\'), or name it in a oneOf.',
      where,
    ),
    problem(
      'FLOW_CASE_LEADS_NOWHERE',
      'The case "back" of "compass" leads nowhere: declare a step after compass.when(\'back\'), or name it in a oneOf.',
      where,
    ),
    problem(
      'FLOW_END_SCOPE',
      'The flow cannot end in one arm of the switch "compass": end after oneOf(…) of all its arms.',
      at(/f\.end\(left\)/),
    ),
  ]);
});

test('a case stands once in the list', () => {
  const found = refused((f, start) => {
    const way = f.switch('twice', { after: start, on: 'x', cases: ['x', 'x'] }, nothing);
    return f.end(anyOf(f.step('a', { after: way.when('x') }, nothing)));
  });
  expect(found).toContainEqual(
    problem(
      'FLOW_CASE_TWICE',
      'The case "x" of "twice" stands twice in `cases`: remove the second.',
      onLine(/f\.switch\('twice'/),
    ),
  );
});

test('a foreach names the list that it splits', () => {
  const found = refused((f, start) => {
    const each = f.foreach('listless', { after: start }, nothing);
    return f.end(f.join('whole', { after: each }, nothing));
  });
  expect(found).toEqual([
    problem(
      'FLOW_FOREACH_OVER',
      'The foreach "listless" needs `over`: the name of an artifact that is a list.',
      at(/f\.foreach\('listless'/),
    ),
  ]);
});

test.each([
  ['without `while`', {}],
  ['of no iterations', { while: 'go', max: 0 }],
  ['of half an iteration', { while: 'go', max: 0.5 }],
  ['of a text of iterations', { while: 'go', max: '3' }],
])('a loop %s is refused', (_, given) => {
  expect(refused((f, start) => f.end(f.loop('turn', { after: start, ...given }, nothing)))).toEqual([
    problem(
      'FLOW_LOOP_WHILE',
      'The loop "turn" needs `while` (the name of an artifact that is true or false), and `max`, if given, is a whole number above 0.',
      at(/f\.loop\('turn'/),
    ),
  ]);
});

test('a gather of one branch is a step', () => {
  expect(refused((f, start) => f.end(f.gather('alone', { after: { start } }, nothing)))).toEqual([
    problem(
      'FLOW_GATHER_ONE',
      '"alone" gathers one branch only: use f.step() after it, or name another branch.',
      at(/f\.gather\('alone'/),
    ),
  ]);
});

test('oneOf takes arms of one switch, not branches that both run', () => {
  const found = refused((f, start) => {
    const a = f.step('a', { after: start }, nothing);
    const b = f.step('b', { after: start }, nothing);
    return f.end(f.step('either', { after: anyOf(a, b) }, nothing));
  });
  expect(found).toEqual([
    problem(
      'FLOW_ONEOF',
      '"either" comes after oneOf(a, b), but these are not different arms of one switch: to wait for all of them, use f.gather().',
      at(/f\.step\('either'/),
    ),
  ]);
});

test('oneOf cannot name the same arm twice', () => {
  const found = refused((f, start) => {
    const way = f.switch('way', { after: start, on: 'x', cases: ['a', 'b'] }, nothing);
    const one = f.step('one', { after: way.when('a') }, nothing);
    const two = f.step('two', { after: way.when('a') }, nothing);
    return f.end(f.step('out', { after: anyOf(one, two, way.when('b')) }, nothing));
  });
  expect(found).toEqual([
    problem(
      'FLOW_ONEOF',
      '"out" comes after oneOf(one, two, way), but these are not different arms of one switch: to wait for all of them, use f.gather().',
      at(/f\.step\('out'/),
    ),
  ]);
});

test('a gather waits for branches under the same foreach', () => {
  const found = refused((f, start) => {
    const each = f.foreach('each', { after: start, over: 'list' }, nothing);
    const beside = f.step('beside', { after: start }, nothing);
    return f.end(f.gather('crooked', { after: { each, beside } }, nothing));
  });
  expect(found).toEqual([
    problem(
      'FLOW_GATHER_SCOPE',
      '"crooked" cannot gather these branches: "each" stands under foreach each, "beside" stands under no foreach and no switch. Join the foreach, or leave the switch by oneOf, before.',
      at(/f\.gather\('crooked'/),
    ),
  ]);
});

test('a gather waits for branches in the same arm of a switch', () => {
  const found = refused((f, start) => {
    const way = f.switch('way', { after: start, on: 'x', cases: ['a', 'b', 'c'] }, nothing);
    const some = f.step('some', { after: anyOf(way.when('b'), way.when('a')) }, nothing);
    const rest = f.step('rest', { after: way.when('c') }, nothing);
    return f.end(f.gather('torn', { after: { some, rest } }, nothing));
  });
  expect(found).toEqual([
    problem(
      'FLOW_GATHER_SCOPE',
      '"torn" cannot gather these branches: "some" stands under way=a|b, "rest" stands under way=c. Join the foreach, or leave the switch by oneOf, before.',
      at(/f\.gather\('torn'/),
    ),
  ]);
});

test('a join needs a foreach', () => {
  expect(refused((f, start) => f.end(f.join('idle', { after: start }, nothing)))).toEqual([
    problem(
      'FLOW_JOIN_SCOPE',
      '"idle" has nothing to join: "start" stands under no foreach. Use f.step(), or f.gather() for branches.',
      at(/f\.join\('idle'/),
    ),
  ]);
});

test('a join cannot stand in an arm that only some splits reach', () => {
  const found = refused((f, start) => {
    const each = f.foreach('each', { after: start, over: 'list' }, nothing);
    const way = f.switch('way', { after: each, on: 'x', cases: ['a', 'b'] }, nothing);
    const arm = f.step('arm1', { after: way.when('a') }, nothing);
    f.step('arm2', { after: way.when('b') }, nothing);
    return f.end(f.join('early', { after: arm }, nothing));
  });
  expect(found).toContainEqual(
    problem(
      'FLOW_JOIN_SCOPE',
      '"early" joins after "arm1", which only some splits reach (way=a): leave the switch by oneOf before the join.',
      at(/f\.join\('early'/),
    ),
  );
});

test('a flow cannot end inside a foreach', () => {
  const found = refused((f, start) => {
    const inside = f.foreach('inside', { after: start, over: 'list' }, nothing);
    return f.end(inside);
  });
  expect(found).toEqual([
    problem(
      'FLOW_END_SCOPE',
      'The flow cannot end inside the foreach "inside": declare f.join() before f.end().',
      at(/f\.end\(inside\)/),
    ),
  ]);
});

test('every step reaches the end, and the last of those that do not is named', () => {
  const found = refused((f, start) => {
    const lost = f.step('lost', { after: start }, nothing);
    f.step('forgotten', { after: lost }, nothing);
    return f.end(start);
  });
  expect(found).toEqual([
    problem(
      'FLOW_DEAD_END',
      'Step "forgotten" does not reach the end: gather it with the other branches, or remove it.',
      at(/f\.step\('forgotten'/),
    ),
  ]);
});

test.each([
  [{ retry: -1 }, '`retry` of "tried" is a whole number of times, 0 or more.'],
  [{ retry: 1.5 }, '`retry` of "tried" is a whole number of times, 0 or more.'],
  [{ retry: '3' }, '`retry` of "tried" is a whole number of times, 0 or more.'],
  [{ retry: null }, '`retry` of "tried" is a whole number of times, 0 or more.'],
  [{ retry: { wait: '1s' } }, '`retry` of "tried" is a whole number of times, 0 or more.'],
  [
    { retry: { times: 1, wait: 'soon' } },
    "`retry.wait` of \"tried\" is a duration such as '90s', '5m' or '2h', not \"soon\".",
  ],
  [{ timeout: '5 m' }, "`timeout` of \"tried\" is a duration such as '90s', '5m' or '2h', not \"5 m\"."],
  [{ resources: { gpu: '1' } }, '`resources` of "tried" is an object of numbers, such as { gpu: 1 }.'],
  [{ resources: { gpu: -1 } }, '`resources` of "tried" is an object of numbers, such as { gpu: 1 }.'],
  [
    { secrets: 'API_KEY' },
    '`secrets` of "tried" is a list of names of variables, such as [\'OPENAI_API_KEY\'].',
  ],
  [
    { secrets: ['API KEY'] },
    '`secrets` of "tried" is a list of names of variables, such as [\'OPENAI_API_KEY\'].',
  ],
  [{ concurrency: 0 }, '`concurrency` of "tried" is a whole number, 1 or more.'],
  [{ concurrency: '5' }, '`concurrency` of "tried" is a whole number, 1 or more.'],
  [
    { concurrency: 2, isolate: true },
    '"tried" has `isolate`, a process for each task, and `concurrency`, several tasks in one: leave one of them out.',
  ],
  ...[
    10,
    null,
    { limit: 10 },
    { limit: 0, per: '1s' },
    { limit: 1, per: '0s' },
    { limit: 1, per: '1s', by: 'x' },
  ].map(
    (rate) =>
      [
        { rate },
        '`rate` of "tried" is a whole number of tasks in a time, such as { limit: 10, per: \'1s\' }.',
      ] as [object, string],
  ),
  [{ resources: 2 }, '`resources` of "tried" is an object of numbers, such as { gpu: 1 }.'],
  [{ timeout: 300 }, "`timeout` of \"tried\" is a duration such as '90s', '5m' or '2h', not \"300\"."],
])('the option %j is refused', (given, message) => {
  expect(refused((f, start) => f.end(f.step('tried', { after: start, ...given }, nothing)))).toEqual([
    problem('FLOW_OPTION_VALUE', message, at(/f\.step\('tried'/)),
  ]);
});

test('a secret that stands in the inputs of its flow is refused: Nx would hash it', () => {
  const f = flow('hashed', { inputs: ['a.csv', { env: 'API_URL' }, { env: 'API_KEY' }] });
  const start = f.start({ secrets: ['OTHER', 'API_KEY'] }, () => ({}));
  expect(() => f.end(start)).toThrow(
    expect.objectContaining({
      problems: [
        expect.objectContaining({
          code: 'FLOW_SECRET_INPUT',
          message:
            'API_KEY is a secret of "start" and stands in the flow\'s `inputs`, whose variables are hashed into cache keys: remove it from `inputs`.',
        }),
      ],
    }),
  );
});

test('an unknown option is named with the nearest', () => {
  expect(refused((f, start) => f.end(f.step('typo', { after: start, timout: '5m' }, nothing)))).toEqual([
    problem(
      'FLOW_OPTION_UNKNOWN',
      'Step "typo" has an unknown option "timout". Did you mean "timeout"?',
      at(/f\.step\('typo'/),
    ),
  ]);
});

test('an option that belongs to another kind of step is unknown here', () => {
  const given = { over: 'list', on: 'x', cases: ['a'], while: 'go', max: 3 };
  const found = refused((f, start) => f.end(f.step('misplaced', { after: start, ...given }, nothing)));
  const where = at(/f\.step\('misplaced'/);
  const message = (option: string, verb: string) =>
    `Step "misplaced" has the option "${option}", which only f.${verb}() takes.`;
  expect(found).toEqual([
    problem('FLOW_OPTION_UNKNOWN', message('over', 'foreach'), where),
    problem('FLOW_OPTION_UNKNOWN', message('on', 'switch'), where),
    problem('FLOW_OPTION_UNKNOWN', message('cases', 'switch'), where),
    problem('FLOW_OPTION_UNKNOWN', message('while', 'loop'), where),
    problem('FLOW_OPTION_UNKNOWN', message('max', 'loop'), where),
  ]);
});

test('packages are names of npm packages, each with something that npm installs', () => {
  const of = (packages: unknown) =>
    refused((f, start) => f.end(f.step('uses', { after: start, packages }, nothing))).map(
      ({ code, message }) => {
        expect(code).toBe('FLOW_PACKAGES');
        return message.replace('`packages` of "uses" ', '');
      },
    );
  for (const spec of [
    '4.17.21',
    '^4',
    '>=1 <3 || 4.x',
    '*',
    'latest',
    '1.0.0-rc.1+build',
    'npm:lodash@4',
    'file:vendor/x.tgz',
    './vendor/x',
    'github:user/repo#v1',
    'https://example.com/x.tgz',
  ]) {
    expect([spec, of({ lodash: spec, '@scope/other.name': spec, JSONStream: spec })]).toEqual([spec, []]);
  }
  expect(of({})).toEqual([]);
  const shape = "is an object of names and versions, such as { lodash: '4.17.21' }.";
  expect([of(['lodash']), of('lodash'), of(null)]).toEqual([[shape], [shape], [shape]]);
  expect(of({ '../x': '1', 'a b': '1', '@scope': '1' })).toEqual(
    ['../x', 'a b', '@scope'].map((name) => `names "${name}", which is no name of an npm package.`),
  );
  expect(of({ fs: '1', '@nx-flow/core': '1' })).toEqual([
    'names "fs", which is a module of Node itself: leave it out.',
    'names @nx-flow/core, which executes the step: leave it out.',
  ]);
  expect(of({ a: '', b: 4, c: undefined })).toEqual(
    ['a', 'b', 'c'].map(
      (name) => `gives "${name}" no version: write it as text, such as '4.17.21', '^4' or 'latest'.`,
    ),
  );
  expect(of({ lodash: 'lodash@4' })).toEqual([
    `gives "lodash" the version "lodash@4": write a version, a range or a tag alone, such as '4.17.21'.`,
  ]);
  expect(of({ mine: 'workspace:*' })).toEqual([
    'gives "mine" as "workspace:*", which npm does not know: for a folder of the workspace write file:<path>.',
  ]);
});

test('`card` is true or false', () => {
  const card = (value: unknown) =>
    refused((f, start) => f.end(f.step('early', { after: start, card: value }, nothing)));
  expect(card('yes')).toEqual([
    problem('FLOW_OPTION_VALUE', '`card` of "early" is true or false.', at(/f\.step\('early'/)),
  ]);
  expect([card(true), card(false), card(undefined)]).toEqual([[], [], []]);
});

test('all problems of a flow are one error, each on a line of its own with its place', () => {
  const declare = () => {
    const f = untyped('many');
    const begin = f.start(nothing);
    f.step('9th', { after: begin, timeout: 'never' }, nothing);
    const inside = f.foreach('spread', { after: begin }, nothing);
    return f.end({ after: inside, retri: 1 }, nothing);
  };
  const ninth = at(/f\.step\('9th'/);
  const end = at(/f\.end\({ after: inside, retri/);
  expect(declare).toThrow(
    expect.objectContaining({
      name: 'FlowError',
      code: 'FLOW_INVALID',
      exit: 2,
      message: [
        'The flow "many" cannot run:',
        `  ${ninth}  The step name "9th" is not usable: letters, digits, _ and -, starting with a letter.`,
        `  ${at(/f\.foreach\('spread'/)}  The foreach "spread" needs \`over\`: the name of an artifact that is a list.`,
        `  ${end}  The flow cannot end inside the foreach "spread": declare f.join() before f.end().`,
        `  ${ninth}  Step "9th" does not reach the end: gather it with the other branches, or remove it.`,
        `  ${ninth}  \`timeout\` of "9th" is a duration such as '90s', '5m' or '2h', not "never".`,
        `  ${end}  Step "end" has an unknown option "retri". Did you mean "retry"?`,
      ].join('\n'),
    }),
  );
});

test('a single problem is one sentence behind the flow', () => {
  const f = untyped('lone');
  const start = f.start(nothing);
  expect(() => f.end(f.join('solo', { after: start }, nothing))).toThrow(
    `The flow "lone" cannot run: ${at(/f\.join\('solo'/)}  "solo" has nothing to join: "start" stands under no foreach. Use f.step(), or f.gather() for branches.`,
  );
});

test('a wrong scope is reported once, not again by every step below', () => {
  const found = refused((f, start) => {
    const idle = f.join('wrong', { after: start }, nothing);
    const a = f.step('a', { after: idle }, nothing);
    const b = f.join('b', { after: idle }, nothing);
    return f.end(f.gather('ab', { after: { a, b } }, nothing));
  });
  expect(found.map((p) => p.code)).toEqual(['FLOW_JOIN_SCOPE']);
});

test('every rule is checked here', () => {
  const text = readFileSync(__filename, 'utf8');
  expect(Object.keys(RULES).filter((code) => !text.includes(`'${code}'`))).toEqual([]);
});
