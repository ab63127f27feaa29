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
    public void Slots_know_the_last_of_so_many_owners_and_the_first(int owners)
    {
        var slots = new HashTableEntries(5, owners);

        slots[4] = owners - 1;
        slots[1] = owners / 2;

        Assert.Equal([0, owners / 2, 0, 0, owners - 1], Enumerable.Range(0, slots.Length).Select(slot => slots[slot]));
    }

    [Theory]
    [InlineData(10)]
    [InlineData(70_000)]
    public void There_are_no_slots_but_those(int owners)
    {
        var slots = new HashTableEntries(5, owners);

        Assert.Equal(5, slots.Length);
        Assert.Throws<IndexOutOfRangeException>(() => slots[5]);
        Assert.Throws<IndexOutOfRangeException>(() => slots[-1]);
        Assert.Throws<IndexOutOfRangeException>(() => slots[5] = 1);
    }

    [Fact]
    public void A_table_of_more_owners_than_two_bytes_tell_apart_is_Envoys()
    {
        (string Key, double Weight)[] hosts = [.. Enumerable.Range(0, 66_000).Select(static i => ($"host-{i}:80", 1.0)).OrderBy(static host => host.Item1, StringComparer.Ordinal)];

        var table = new MaglevTable([.. hosts.Select(host => new HashOwner(null!, host.Key, 1.0 / hosts.Length))], 66_037);

        Assert.True(MaglevStrategy.IsTableSize(table.Entries.Length));
        Assert.Equal(EnvoyReference.Maglev(hosts, 66_037), Enumerable.Range(0, table.Entries.Length).Select(slot => table.Entries[slot]));
    }
}
