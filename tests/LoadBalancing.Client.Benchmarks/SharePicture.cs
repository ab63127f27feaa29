using System.Globalization;
using System.Text;
using LoadBalancing.Client.TestSupport;

namespace LoadBalancing.Client.Benchmarks;

/// <summary>Draws the shares of servers over time: a panel for each run, a line for each server, and the range of 0.8 to 1.25 times the mean.</summary>
internal static class SharePicture
{
    private const int PanelWidth = 260;
    private const int PanelHeight = 180;
    private const int Left = 40;
    private const int Top = 30;
    private const int Gap = 30;
    private const double LargestShare = 2;

    /// <summary>Shares are counted over this many seconds: at 40 calls a second, one second has four calls for each server.</summary>
    private const int Window = 5;

    public static string Draw(IReadOnlyList<(string Title, ShareRun Run)> panels)
    {
        int width = Left + (panels.Count * (PanelWidth + Gap));
        int height = Top + PanelHeight + 45;
        var svg = new StringBuilder();
        Line(svg, $"""<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" font-family="sans-serif" font-size="12">""");
        Line(svg, $"""<rect width="{width}" height="{height}" fill="white"/>""");
        for (int i = 0; i < panels.Count; i++)
        {
            DrawPanel(svg, Left + (i * (PanelWidth + Gap)), panels[i].Title, panels[i].Run);
        }

        Line(svg, $"""<text x="{Left}" y="{height - 8}">seconds; each line is a server: its share of the last {Window} s, divided by the mean</text>""");
        Line(svg, $"</svg>");
        return svg.ToString();
    }

    private static void DrawPanel(StringBuilder svg, int x, string title, ShareRun run)
    {
        Line(svg, $"""<text x="{x}" y="{Top - 10}" font-weight="bold">{title}</text>""");
        Line(svg, $"""<rect x="{x}" y="{Y(1.25):F1}" width="{PanelWidth}" height="{Y(0.8) - Y(1.25):F1}" fill="#e0f0e0"/>""");
        Line(svg, $"""<rect x="{x}" y="{Top}" width="{PanelWidth}" height="{PanelHeight}" fill="none" stroke="gray"/>""");
        foreach (double share in new[] { 0, 0.8, 1.25, LargestShare })
        {
            Line(svg, $"""<text x="{x - 4}" y="{Y(share) + 4:F1}" text-anchor="end" font-size="10">{share}</text>""");
        }

        for (int second = 0; second <= run.Seconds; second += 10)
        {
            string position = string.Create(CultureInfo.InvariantCulture, $"{x + (PanelWidth * (double)second / run.Seconds):F1}");
            Line(svg, $"""<text x="{position}" y="{Top + PanelHeight + 14}" text-anchor="middle" font-size="10">{second}</text>""");
        }

        double[][] shares = [.. Enumerable.Range(1, run.Seconds).Select(end => run.RelativeShares(Math.Max(0, end - Window), Math.Min(end, Window)))];
        for (int server = 0; server < shares[0].Length; server++)
        {
            IEnumerable<string> points = shares.Select((share, i) => string.Create(
                CultureInfo.InvariantCulture,
                $"{x + (PanelWidth * (i + 1.0) / run.Seconds):F1},{Y(Math.Min(share[server], LargestShare)):F1}"));
            string color = string.Create(CultureInfo.InvariantCulture, $"hsl({server * 36},70%,45%)");
            Line(svg, $"""<polyline points="{string.Join(' ', points)}" fill="none" stroke="{color}" stroke-width="1.2"/>""");
        }
    }

    private static double Y(double share) => Top + (PanelHeight * (1 - (share / LargestShare)));

    private static void Line(StringBuilder svg, FormattableString line) => svg.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
