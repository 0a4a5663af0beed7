/** A text with a secret in it. */
export interface Planted {
  readonly text: string
  readonly secret: string
}

type Forms = readonly [forms: Readonly<Record<string, (secret: string) => string>>, make: () => string]

/** Forms with the secrets that are written into them. */
export function planted(...all: readonly Forms[]): Readonly<Record<string, () => Planted>> {
  return Object.fromEntries(
    all.flatMap(([forms, make], number) =>
      Object.entries(forms).map(([name, write]) => [
        `${name} ${number + 1}`,
        () => {
          const secret = make()
          return { secret, text: write(secret) }
        },
      ]),
    ),
  )
}
