/** What a new workflow begins with; it runs as it stands where there is a workspace of that name. */
export const exampleFor = (workspace = 'my-project'): string => `name: My workflow
on:
  workflow_dispatch: {}
jobs:
  hello:
    workspace: ${workspace}
    steps:
      - uses: workspace/start
        with:
          name: ${workspace}
      - run: echo "Hello from $(hostname)"
`
