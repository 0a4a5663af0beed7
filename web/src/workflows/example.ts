/** What a new workflow begins with. */
export const example = `name: My workflow
on:
  workflow_dispatch: {}
jobs:
  hello:
    workspace: my-project
    steps:
      - uses: workspace/start
        with:
          name: my-project
      - run: echo "Hello from $(hostname)"
`
