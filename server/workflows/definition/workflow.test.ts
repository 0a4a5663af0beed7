import { expect, test } from 'vitest'
import { readWorkflow } from './workflow.ts'

const good = `name: Nightly
on:
  workflow_dispatch:
    inputs:
      branch: { type: string, default: main }
  schedule:
    - cron: '45 8 * * 1-5'
      timezone: Europe/Berlin
concurrency:
  group: nightly-\${{ inputs.branch }}
jobs:
  up:
    steps:
      - uses: workspace/create
        with:
          name: nightly
  test:
    needs: up
    workspace: nightly
    strategy:
      matrix:
        node: [20, 22]
    steps:
      - id: build
        run: npm test -- "$BRANCH"
        env:
          BRANCH: \${{ inputs.branch }}
        retry: 1
      - if: failure()
        uses: notify
        with:
          message: It failed on \${{ matrix.node }}
    outputs:
      id: \${{ steps.build.outputs.id }}
  down:
    needs: [test]
    if: always()
    steps:
      - uses: workspace/delete
        with: { name: nightly }
`

test('a workflow is read with what it leaves out', () => {
  const { workflow, problems } = readWorkflow(good)
  expect(problems).toBeNull()
  expect(workflow?.jobs['test']).toMatchObject({
    needs: ['up'],
    strategy: { 'fail-fast': true },
    steps: [
      { run: 'npm test -- "$BRANCH"', retry: 1 },
      { uses: 'notify', retry: 0 },
    ],
  })
})

const job = (steps: string, rest = '') => `name: A
on:
  workflow_dispatch: {}
jobs:
  one:${rest}
    workspace: w
    steps:
${steps}
`

/** What is wrong, where, and what is said. */
test.each(
  [
    ['name: A\non: [', 2, 6, 'no YAML'],
    ['name: A\nenv: { A: x ${{ inputs.a }} }', 2, 14, 'Put it in quotes'],
    ['', 1, 1, 'name, on and jobs'],
    ['name: A\non: {}\njobs: {}\n', 2, 5, 'names nothing that starts'],
    ['name: A\nname: B\n', 2, 1, 'unique'],
    ['on: {workflow_dispatch: {}}\njobs: {a: {workspace: w, steps: [{run: a}]}}', 1, 1, 'Add it: name'],
    [
      'nmae: A\nname: A\non: {workflow_dispatch: {}}\njobs: {a: {workspace: w, steps: [{run: a}]}}',
      1,
      1,
      'Did you mean “name”?',
    ],
    [
      'name: A\non:\n  pul_request: {}\njobs: {a: {workspace: w, steps: [{run: a}]}}',
      3,
      3,
      'Did you mean “pull_request”?',
    ],
    ['name: A\non:\n  push: {repository: nobody}\njobs: {a: {workspace: w, steps: [{run: a}]}}', 3, 22, 'OWNER/NAME'],
    [
      'name: A\non:\n  schedule:\n    - cron: every day\njobs: {a: {workspace: w, steps: [{run: a}]}}',
      4,
      13,
      'five fields',
    ],
    [
      "name: A\non:\n  schedule:\n    - cron: '99 8 * * *'\njobs: {a: {workspace: w, steps: [{run: a}]}}",
      4,
      13,
      'no time at which',
    ],
    [
      "name: A\non:\n  schedule:\n    - cron: '0 8 * * *'\n      timezone: Berlin\njobs: {a: {workspace: w, steps: [{run: a}]}}",
      5,
      17,
      'no time zone “Berlin”',
    ],
    [job('      - rnu: echo'), 8, 9, 'Did you mean “run”?'],
    [job('      - run: echo\n        uses: wait'), 8, 9, 'both “run” and “uses”'],
    [job('      - run: echo\n        timeout-minute: 5'), 9, 9, 'Did you mean “timeout-minutes”?'],
    [job('      - run: echo\n        timeout-minutes: soon'), 9, 26, 'is “soon”. Write a number'],
    [job('      - run: echo\n        timeout-minutes: 9000'), 9, 26, 'more than 300'],
    [job('      - run: echo\n        retry: yes please'), 9, 16, 'Write a'],
    [job('      - uses: workspace/strat'), 8, 15, 'Did you mean “workspace/start”?'],
    [job('      - uses: workspace/start'), 8, 9, 'Add it: name'],
    [job('      - uses: workspace/start\n        with: {nam: a, name: b}'), 9, 16, 'Did you mean “name”?'],
    [
      job('      - uses: wait\n        with: {seconds: 5, until: "2030-01-01T00:00:00Z"}'),
      9,
      15,
      'either “seconds” or “until”',
    ],
    [
      job('      - run: echo ${{ event.issue.title }}'),
      8,
      14,
      'Put it into env: as TITLE: ${{ event.issue.title }}, and write "$TITLE"',
    ],
    [job('      - run: echo ${{ inputs.a }}'), 8, 14, 'does not stand in a script'],
    [job('      - run: echo\n        if: ${{ steps.b.outputs.c }}'), 9, 13, 'No step before has the id “b”'],
    [job('      - run: echo\n        if: sucess()'), 9, 13, 'Did you mean “success”?'],
    [job('      - run: echo\n        if: contains(1)'), 9, 13, 'contains() takes 2 values'],
    [job('      - run: echo\n        if: \'a == "b"\''), 9, 13, 'single quotes'],
    [job('      - run: echo\n        env: {A: "${{ input.a }}"}'), 9, 18, 'Did you mean “inputs”?'],
    [
      job('      - run: echo\n        env: {A: "${{ inputs.a }}"}'),
      9,
      18,
      'Declare it under on.workflow_dispatch.inputs',
    ],
    [job('      - run: echo\n        env: {A: "${{ matrix.a }}"}'), 9, 18, 'no matrix.a'],
    [job('      - run: echo\n        env: {A: "${{ needs.b.result }}"}'), 9, 18, 'Add it: needs: [b]'],
    [job('      - run: echo\n        env: {"A B": "1"}'), 9, 15, 'no name of an environment variable'],
    [job('      - run: echo\n        id: a\n      - run: echo\n        id: a'), 11, 13, 'Another step of this job'],
    [job('      - run: echo', '\n    needs: tow'), 6, 12, 'There is no job “tow”'],
    [job('      - run: echo', '\n    needs: one'), 6, 12, 'needs itself'],
    [job('      - run: echo', '\n    strategy: {matrix: {a: []}}'), 6, 28, 'is empty. Write at least one entry.'],
    ['name: A\non: {workflow_dispatch: {}}\njobs: {}\n', 3, 7, 'jobs has no job.'],
    ['name: A\non: push\njobs: {a: {workspace: w, steps: [{run: a}]}}', 2, 5, 'Write each as a key: on: { push: {} }.'],
    [
      'name: A\non: [push, issues]\njobs: {a: {workspace: w, steps: [{run: a}]}}',
      2,
      5,
      'on: { push: {}, issues: {} }.',
    ],
    [
      'name: A\non:\n  workflow_dispatch:\njobs: {a: {workspace: w, steps: [{run: a}]}}',
      3,
      21,
      'Write workflow_dispatch: {} where',
    ],
    [job('      - run: echo', '\n    runs-on: ubuntu-latest'), 6, 5, 'write workspace: and its name'],
    [job('      []').replace('steps:\n      ', 'steps: '), 7, 12, 'jobs.one.steps is empty. Write at least one entry.'],
    [job('      - run: echo').replace('    workspace: w\n', ''), 7, 14, 'does not say where it runs'],
    [
      'name: A\non: {workflow_dispatch: {}}\njobs:\n  a: {needs: b, workspace: w, steps: [{run: a}]}\n  b: {needs: a, workspace: w, steps: [{run: a}]}',
      4,
      14,
      'a needs b needs a',
    ],
    [
      'name: A\non: {workflow_dispatch: {}}\njobs:\n  "a b": {workspace: w, steps: [{run: a}]}',
      4,
      3,
      'starts with a letter',
    ],
    ['name: &n A\non: {workflow_dispatch: {}}\njobs: {a: {workspace: *n, steps: [{run: a}]}}', 3, 23, 'Write it out'],
    ['a: {<<: {b: 1}}\nname: A', 1, 4, 'not merged'],
    ['name: A\n__proto__: {x: 1}', 1, 1, '“__proto__” is none'],
    [`name: ${'['.repeat(60)}${']'.repeat(60)}`, 1, 26, 'nested'],
    [`name: ${'x'.repeat(70_000)}`, 1, 1, 'at most 65536 characters'],
    [`name: ${'['.repeat(60_000)}`, 1, 207, 'nested'],
    [`name:\n${'- '.repeat(30_000)}a`, 2, 1, 'nested'],
  ].map((row) => row as [string, number, number, string]),
)('$1:$2 $3', (text, line, column, message) => {
  const { problems } = readWorkflow(text)
  expect(problems?.map((each) => `${each.line}:${each.column} ${each.message}`).join('\n')).toContain(
    `${line}:${column} `,
  )
  expect(problems?.find((each) => each.line === line && each.column === column)?.message).toContain(message)
})

test('everything that is wrong is told at once, in order', () => {
  const { problems } = readWorkflow(good.replace('needs: up', 'neds: up').replace('retry: 1', 'rerty: 1'))
  expect(problems?.map(({ message }) => message)).toEqual([
    '“neds” is no key of jobs.test. Did you mean “needs”?',
    '“rerty” is no key of jobs.test.steps[1]. Did you mean “retry”?',
  ])
})

test('a source made to take long is refused soon', () => {
  const keys = Array.from({ length: 15_000 }, (_, index) => (index + 1000).toString(36))
  for (const source of [`{${keys.join()}}`, '"'.repeat(60_000)]) expect(readWorkflow(source).problems).toHaveLength(1)
  expect(readWorkflow('name: "a\\0b"').problems?.[0]?.message).toContain('NUL')
  expect(readWorkflow('name: a\non: {}\nname: b').problems).toEqual([
    { line: 3, column: 1, message: 'This is no YAML: Map keys must be unique.' },
  ])
})
