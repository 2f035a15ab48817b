namespace DeltaStream.Node.Settings.Reading;

/// <summary>
/// Kubernetes gives a pod variables for every service of its namespace: a service <c>cluster</c> sets
/// <c>CLUSTER_PORT=tcp://10.0.0.1:4053</c>, which has the name of a setting.
/// </summary>
internal static class ServiceLink
{
    private static readonly string[] Schemes = ["tcp://", "udp://", "sctp://"];

    public static bool Is(string value) => Array.Exists(Schemes, scheme => value.StartsWith(scheme, StringComparison.OrdinalIgnoreCase));

    /// <summary>Stops the start if a port is such a link.</summary>
    /// <exception cref="SettingException">It is; the message names the cause.</exception>
    public static void Refuse(string variable, string value)
    {
        if (variable.EndsWith("PORT", StringComparison.Ordinal) && Is(value))
            throw new SettingException(variable, value, "a port; Kubernetes sets this variable for a service of that name: set enableServiceLinks: false for the pod, or rename the service");
    }
}
