namespace LoadBalancing.Client;

/// <summary>Validates header transforms.</summary>
internal static class HeaderTransformOptionsValidator
{
    public static void Validate(HeaderTransformOptions? transform, ValidationErrors errors)
    {
        if (transform is null)
        {
            return;
        }

        if (transform is { Set: null } or { Add: null } or { Remove: null })
        {
            errors.Add("Set", "Set, Add or Remove is null; leave it empty instead.");
            return;
        }

        HeaderValidator.Validate("Set", transform.Set, errors);
        HeaderValidator.Validate("Add", transform.Add, errors);
        HeaderValidator.Validate("Remove", transform.Remove.Select(static name => KeyValuePair.Create(name, "")), errors);
    }
}
