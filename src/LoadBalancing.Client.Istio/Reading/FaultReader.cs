namespace LoadBalancing.Client;

/// <summary>Reads a <c>fault</c>: delays and aborts, and for how many of the requests.</summary>
internal static class FaultReader
{
    public static HttpRouteFault? Read(FieldReader? fields)
    {
        if (fields is null)
        {
            return null;
        }

        if (!fields.Has("delay") && !fields.Has("abort"))
        {
            fields.Error("it says no fault; it has delay, abort or both.");
        }

        Located<TimeSpan>? wait = null;
        Located<int>? status = null;
        Located<double>? delayed = null, aborted = null;
        if (fields.Section("delay") is { } delay)
        {
            wait = delay.Duration("fixedDelay");
            delay.RejectUnsupported("exponentialDelay", "Istio itself does not honour it; write fixedDelay.");
            if (!delay.Has("fixedDelay") && !delay.Has("exponentialDelay"))
            {
                delay.Error("'fixedDelay' is missing; it is required, like fixedDelay: 5s.");
            }

            delayed = ReadPercentage(delay);
            delay.ReportUnknownFields();
        }

        if (fields.Section("abort") is { } abort)
        {
            status = abort.Integer("httpStatus", 200, 599, "a status, 200 to 599");
            abort.RejectUnsupported("grpcStatus", "an injected answer of gRPC is not made here; use httpStatus.");
            abort.RejectUnsupported("http2Error", "Istio itself does not honour it; write httpStatus.");
            if (!abort.Has("httpStatus") && !abort.Has("grpcStatus") && !abort.Has("http2Error"))
            {
                abort.Error("'httpStatus' is missing; it is required, like httpStatus: 503.");
            }

            aborted = ReadPercentage(abort);
            abort.ReportUnknownFields();
        }

        fields.ReportUnknownFields();
        return new HttpRouteFault(fields.Location, wait, delayed, status, aborted);
    }

    /// <summary><c>percentage: { value: 10 }</c>, the old <c>percent: 10</c>, and <c>percentage: 10</c> as older texts have it. Without any, nobody is hit.</summary>
    private static Located<double>? ReadPercentage(FieldReader fields)
    {
        fields.RequireAtMostOne("percentage", "percent");
        if (fields.Integer("percent", 0, 100, "a percentage, 0 to 100") is { } percent)
        {
            fields.Warn(percent, $"percent is the old form of percentage: {{ value: {percent.Value} }} and means that.");
            return new Located<double>(percent.Value, percent.Location, percent.Path);
        }

        if (fields.Find("percentage") is YamlScalar)
        {
            if (fields.Number("percentage") is not { } scalar || !IsPercentage(fields, scalar))
            {
                return null;
            }

            fields.Warn(scalar, $"a plain number is read as percent; Istio writes percentage: {{ value: {scalar.Value} }}.");
            return scalar;
        }

        if (fields.Section("percentage") is { } section)
        {
            Located<double>? value = section.Number("value");
            section.ReportUnknownFields();
            return value is { } given && IsPercentage(section, given) ? given : null;
        }

        if (!fields.Has("percent"))
        {
            fields.Warn(new Located<string>("", fields.Location, fields.Path), "it has no percentage, which means that nobody is hit; write percentage: { value: 100 } for everybody.");
        }

        return null;
    }

    private static bool IsPercentage(FieldReader fields, Located<double> value)
    {
        if (value.Value is 0 or (>= 0.0001 and <= 100))
        {
            return true;
        }

        fields.Error(value, $"{value.Value} is not allowed; it is 0, or a percentage from 0.0001 to 100.");
        return false;
    }
}
