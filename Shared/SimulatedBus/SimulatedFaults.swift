/// What goes wrong with one append or commit.
public enum Fault: Hashable, Sendable {
  /// Refused before anything was done.
  case unavailable
  /// Answered by a time-out, and done or not.
  case uncertain(applied: Bool)
  /// An append of which only the first records arrived, answered by a time-out. A commit is done whole.
  case uncertainInPart(Int)
  /// The transaction was aborted, nothing is done.
  case aborted
  /// The client is of no use any more, nothing is done.
  case fatal
  /// A commit that is decided and acknowledged while its markers are still on their way:
  /// ``SimulatedLog/deliverMarker(of:to:)`` lets them arrive. Means nothing to an append.
  case lateMarkers
}

extension SimulatedLog {
  /// Makes a caller's next append or commit fail in this way; several wait in line.
  ///
  /// - Parameter caller: a member's ``Member/description``, or the client named in ``append(_:by:)``.
  public mutating func inject(_ fault: Fault, into caller: String) {
    faults[caller, default: []].append(fault)
  }

  /// Forgets all faults that have not struck.
  public mutating func heal() {
    faults = [:]
    isAway = false
  }

  mutating func nextFault(of caller: String) -> Fault? {
    guard !faults.isEmpty, let waiting = faults[caller], let fault = waiting.first else { return nil }
    faults[caller] = waiting.count == 1 ? nil : Array(waiting.dropFirst())
    return fault
  }
}
