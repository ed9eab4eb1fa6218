import CooperationModel

/// A way for a message to leave: into a folder, to a mail server.
///
/// Whatever happens, `deliver` answers: it never throws, and it never takes longer than the channel's own limits. A
/// repeat of a mail has the same identity, so that whoever receives it twice can tell.
package protocol Channel: Sendable {
  /// Stands in a message's outcome: `maildir`, `smtp`.
  var name: String { get }
  /// True when what it takes leaves the machine: the sending gate stands before it.
  var leavesMachine: Bool { get }
  /// How many deliveries it takes at a time; more are answered with a temporary result at once.
  var capacity: Int { get }

  func deliver(_ mail: ComposedMail) async -> DeliveryResult

  /// Finishes or breaks off what is under way, in seconds, and answers everything that waits.
  func close() async
}
