namespace LoadBalancing.Client.Tests.Selection.Hashing;

public sealed class HashTableEntriesTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(256)]
    [InlineData(65_535)]
    [InlineData(65_536)]
    [InlineData(65_537)]
    [InlineData(1_000_000)]
    public void Entries_store_the_first_and_the_last_owner(int owners)
    {
        var entries = new HashTableEntries(5, owners);

        entries[4] = owners - 1;
        entries[1] = owners / 2;

        Assert.Equal([0, owners / 2, 0, 0, owners - 1], Enumerable.Range(0, entries.Length).Select(entry => entries[entry]));
    }

    [Theory]
    [InlineData(10)]
    [InlineData(70_000)]
    public void Access_outside_the_table_throws(int owners)
    {
        var entries = new HashTableEntries(5, owners);

        Assert.Equal(5, entries.Length);
        Assert.Throws<IndexOutOfRangeException>(() => entries[5]);
        Assert.Throws<IndexOutOfRangeException>(() => entries[-1]);
        Assert.Throws<IndexOutOfRangeException>(() => entries[5] = 1);
    }

    [Fact]
    public void A_table_with_more_owners_than_two_bytes_can_hold_equals_Envoys()
    {
        (string Key, double Weight)[] hosts =
        [
            .. Enumerable.Range(0, 66_000).Select(static i => ($"host-{i}:80", 1.0)).OrderBy(static host => host.Item1, StringComparer.Ordinal),
        ];

        var table = new MaglevTable([.. hosts.Select(host => new HashOwner(null!, host.Key, 1.0 / hosts.Length))], 66_037);

        Assert.True(MaglevStrategy.IsTableSize(table.Entries.Length));
        int[] reference = EnvoyReference.Maglev(EnvoyReference.Normalize(hosts), 66_037);
        Assert.Equal(reference, Enumerable.Range(0, table.Entries.Length).Select(entry => table.Entries[entry]));
    }
}
