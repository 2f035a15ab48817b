namespace DeltaStream.Node.Admission;

/// <summary>A place among this node's clients, for one who may come from another node. Not safe for two threads at once.</summary>
internal sealed class Place(AdmissionControl admission, ClientAddress address)
{
    private bool _isTaken;

    /// <summary>Takes it; where there is none, that is counted.</summary>
    public bool TryTake()
    {
        if (admission.TryEnter(address) is not { } refused) return _isTaken = true;
        admission.Count(refused);
        return false;
    }

    /// <summary>The session that goes on here has it from now on, and gives it back when it closes.</summary>
    public ClientAddress HandOver()
    {
        _isTaken = false;
        return address;
    }

    /// <summary>Gives it back, if it is still taken.</summary>
    public void GiveBack()
    {
        if (_isTaken) admission.Leave(address);
        _isTaken = false;
    }
}
