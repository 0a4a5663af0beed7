import { describe, expect, test } from 'vitest'
import { AddressGuard, AddressRefused, isPublic } from './address-guard.ts'

const refusal = ({
  host,
  address,
  network,
}: {
  readonly host: string
  readonly address: string
  readonly network: string
}) => `${host} ${address} ${network}`

describe('E2B private ranges: no address inside is reached', () => {
  test.each([
    '127.0.0.1',
    '10.0.0.1',
    '172.16.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '100.64.0.1',
    '0.0.0.0',
    '224.0.0.1',
    '255.255.255.255',
    '192.0.2.1',
    '198.18.0.1',
    '::1',
    '::',
    'fe80::1',
    'fc00::1',
    'fd00:ec2::254',
    'ff02::1',
    '::ffff:10.0.0.1',
    '::ffff:7f00:1',
    '64:ff9b::a00:1',
    '2002:7f00:1::',
    '2001:db8::1',
    '64:ff9b:1::a00:1',
    '::7f00:1',
    '::10.0.0.1',
    '2001:0:7f00:1::1',
    'fec0::1',
    '4000::1',
    '100:0:0:1::1',
    'no address',
  ])('%s', (address) => expect(isPublic(address)).toBe(false))
  test.each(['1.1.1.1', '140.82.112.3', '2606:4700:4700::1111'])('%s is', (address) =>
    expect(isPublic(address)).toBe(true),
  )

  test('E2B DNS spoofing neutralized: a name that leads inside is refused, and where it leads to several, any of them is enough', async () => {
    const guard = new AddressGuard({ exempt: [], names: new Map([['inside.example', '10.1.2.3']]), refusal })
    await expect(guard.judged('inside.example')).rejects.toThrow(
      new AddressRefused('inside.example 10.1.2.3 10.1.2.3/32'),
    )
    await expect(guard.judged('localhost')).rejects.toThrow(AddressRefused)
  })

  test('the operator’s own networks are let through, and only they', async () => {
    const guard = new AddressGuard({
      exempt: ['10.1.0.0/16', '10.3.0.1'],
      names: new Map([
        ['registry.example', '10.1.2.3'],
        ['single.example', '10.3.0.1'],
        ['other.example', '10.2.0.1'],
      ]),
      refusal,
    })
    expect(await guard.judged('registry.example')).toEqual([{ address: '10.1.2.3', family: 4 }])
    expect(await guard.judged('single.example')).toEqual([{ address: '10.3.0.1', family: 4 }])
    await expect(guard.judged('other.example')).rejects.toThrow(AddressRefused)
  })
})
