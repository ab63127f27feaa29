namespace LoadBalancing.Client;

/// <summary>Reads <c>fault</c>: delays, aborts and their percentages.</summary>
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
            fields.Error("must not be empty; set delay, abort or both.");
        }

        Located<TimeSpan>? wait = null;
        Located<int>? status = null;
        Located<double>? delayed = null, aborted = null;
        if (fields.Section("delay") is { } delay)
        {
            wait = delay.Duration("fixedDelay");
            delay.RejectUnsupported("exponentialDelay", "Istio does not implement it; use fixedDelay.");
            if (!delay.Has("fixedDelay") && !delay.Has("exponentialDelay"))
            {
                delay.Error("'fixedDelay' is required, for example fixedDelay: 5s.");
            }

            delayed = ReadPercentage(delay);
            delay.ReportUnknownFields();
        }

        if (fields.Section("abort") is { } abort)
        {
            status = abort.Integer("httpStatus", 200, 599, "200 to 599");
            abort.RejectUnsupported("grpcStatus", "gRPC statuses cannot be injected; use httpStatus.");
            abort.RejectUnsupported("http2Error", "Istio does not implement it; use httpStatus.");
            if (!abort.Has("httpStatus") && !abort.Has("grpcStatus") && !abort.Has("http2Error"))
            {
                abort.Error("'httpStatus' is required, for example httpStatus: 503.");
            }

            aborted = ReadPercentage(abort);
            abort.ReportUnknownFields();
        }

        fields.ReportUnknownFields();
        return new HttpRouteFault(fields.Location, wait, delayed, status, aborted);
    }

    /// <summary>Reads <c>percentage: { value: 10 }</c>, the deprecated <c>percent: 10</c>, and <c>percentage: 10</c>. The default is 0.</summary>
    private static Located<double>? ReadPercentage(FieldReader fields)
    {
        fields.RequireAtMostOne("percentage", "percent");
        if (fields.Integer("percent", 0, 100, "0 to 100") is { } percent)
        {
            fields.Warn(percent, $"percent is deprecated; it is read as percentage: {{ value: {percent.Value} }}.");
            return new Located<double>(percent.Value, percent.Location, percent.Path);
        }

        if (fields.Find("percentage") is YamlScalar)
        {
            if (fields.Number("percentage") is not { } scalar || !IsPercentage(fields, scalar))
            {
                return null;
            }

            fields.Warn(scalar, $"a plain number is not Istio's format; it is read as percentage: {{ value: {scalar.Value} }}.");
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
            fields.Warn(
                new Located<string>("", fields.Location, fields.Path),
                "without a percentage no request is affected; write percentage: { value: 100 } to affect all requests.");
        }

        return null;
    }

    private static bool IsPercentage(FieldReader fields, Located<double> value)
    {
        if (value.Value is 0 or (>= 0.0001 and <= 100))
        {
            return true;
        }

        fields.Error(value, $"{value.Value} is out of range; expected 0, or 0.0001 to 100.");
        return false;
    }
}
