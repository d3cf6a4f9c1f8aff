import type { NetworkInterfaceInfo } from 'node:os';
import { describe, expect, it } from 'vitest';
import { formatCidr, hostsIn, localRanges, parseCidr } from '../../electron/core/discovery/ranges.ts';
import { searchRangeSchema } from '../../shared/search.ts';

const ipv4 = (cidr: string | null, internal = false): NetworkInterfaceInfo => ({
  family: 'IPv4',
  address: cidr?.split('/')[0] ?? '192.168.1.2',
  netmask: '',
  mac: '02:00:00:00:00:01',
  internal,
  cidr,
});
const ipv6: NetworkInterfaceInfo = {
  family: 'IPv6',
  address: 'fe80::1',
  netmask: 'ffff:ffff:ffff:ffff::',
  mac: '02:00:00:00:00:01',
  internal: false,
  cidr: 'fe80::1/64',
  scopeid: 2,
};
const cidrsOf = (...cidrs: string[]) =>
  localRanges(Object.fromEntries(cidrs.map((cidr, index) => [`eth${index}`, [ipv4(cidr)]]))).map(
    ({ cidr }) => cidr,
  );

describe('localRanges', () => {
  it('names the subnet around the own address', () => {
    expect(localRanges({ eth0: [ipv6, ipv4('192.168.178.67/24')] })).toEqual([
      { cidr: '192.168.178.0/24', interfaceName: 'eth0', hostCount: 254, virtual: false },
    ]);
  });

  it.each([
    ['10.1.2.3/8', '10.1.0.0/22', 1022],
    ['172.31.255.254/12', '172.31.252.0/22', 1022],
    ['192.168.7.9/22', '192.168.4.0/22', 1022],
    ['192.168.7.9/23', '192.168.6.0/23', 510],
    ['192.168.7.9/25', '192.168.7.0/25', 126],
    ['192.168.7.9/30', '192.168.7.8/30', 2],
    ['192.168.7.9/31', '192.168.7.8/31', 2],
  ])('takes of %s the subnet %s', (own, cidr, hostCount) => {
    expect(localRanges({ wlan0: [ipv4(own)] })).toEqual([
      { cidr, interfaceName: 'wlan0', hostCount, virtual: false },
    ]);
  });

  it('leaves out what is not a private network with other hosts', () => {
    expect(
      cidrsOf(
        '8.8.8.8/24',
        '172.15.0.1/16',
        '172.32.0.1/16',
        '192.167.1.1/24',
        '169.254.3.4/16',
        '100.64.0.9/10',
        '127.0.0.1/8',
        '10.8.0.2/32',
      ),
    ).toEqual([]);
    expect(localRanges({ lo: [ipv4('10.0.0.1/24', true)], odd: [ipv4(null)], none: undefined })).toEqual([]);
  });

  it('has each subnet once, in ascending order, also when two interfaces or a wider one reach it', () => {
    expect(
      localRanges({
        wlan0: [ipv4('192.168.1.20/24')],
        eth0: [ipv4('192.168.1.10/24'), ipv4('10.0.1.9/24')],
        br0: [ipv4('10.0.0.1/22')],
      }),
    ).toEqual([
      { cidr: '10.0.0.0/22', interfaceName: 'br0, eth0', hostCount: 1022, virtual: false },
      { cidr: '192.168.1.0/24', interfaceName: 'wlan0, eth0', hostCount: 254, virtual: false },
    ]);
    expect(cidrsOf('192.168.1.1/24', '192.168.2.1/24')).toEqual(['192.168.1.0/24', '192.168.2.0/24']);
    // Both are cut out of one wide network, around different addresses.
    expect(cidrsOf('10.200.0.1/8', '10.9.0.1/8')).toEqual(['10.9.0.0/22', '10.200.0.0/22']);
  });

  it('works on this computer, whatever its networks', () => {
    for (const range of localRanges()) {
      expect(searchRangeSchema.parse(range)).toEqual(range);
      expect(hostsIn(range.cidr)).toHaveLength(range.hostCount);
    }
  });
});

describe('hostsIn', () => {
  it('leaves out network and broadcast address', () => {
    const hosts = hostsIn('192.168.1.0/24');
    expect(hosts).toHaveLength(254);
    expect([hosts[0], hosts.at(-1)]).toEqual(['192.168.1.1', '192.168.1.254']);
  });

  it.each([
    ['10.255.252.0/22', 1022, '10.255.252.1', '10.255.255.254'],
    ['192.168.1.8/30', 2, '192.168.1.9', '192.168.1.10'],
    ['192.168.1.8/31', 2, '192.168.1.8', '192.168.1.9'],
    ['192.168.1.8/32', 1, '192.168.1.8', '192.168.1.8'],
    ['127.0.0.77/24', 254, '127.0.0.1', '127.0.0.254'],
  ])('lists the hosts of %s', (cidr, count, first, last) => {
    const hosts = hostsIn(cidr);
    expect(hosts).toHaveLength(count);
    expect([hosts[0], hosts.at(-1)]).toEqual([first, last]);
  });
});

describe('parseCidr', () => {
  it('clears the bits behind the prefix', () => {
    expect(formatCidr(parseCidr('192.168.1.77/24'))).toBe('192.168.1.0/24');
    expect(formatCidr(parseCidr('172.16.255.255/22'))).toBe('172.16.252.0/22');
  });

  it.each([
    '',
    '192.168.1.0',
    '192.168.1.0/',
    '192.168.1.0/33',
    '192.168.1.0/21',
    '10.0.0.0/8',
    '0.0.0.0/0',
    '8.8.8.0/24',
    '172.32.0.0/24',
    '169.254.0.0/24',
    '192.168.1/24',
    '192.168.1.256/24',
    '192.168.01.1/24',
    ' 192.168.1.0/24',
    '192.168.1.0/24\n',
    '192.168.1.0/2x',
    'fe80::/64',
    'localhost/24',
  ])('refuses %j', (text) => {
    expect(() => parseCidr(text)).toThrowError(/invalid-request/);
    // Found by npm run fuzz: whatever it was, it is not repeated.
    if (text !== '') expect(() => parseCidr(text)).not.toThrowError(text);
    expect(() => hostsIn(text)).toThrowError(/invalid-request/);
  });
});
