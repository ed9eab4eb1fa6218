import CooperationModel

@testable import Notifications

/// The world beyond the log: what arrived of what was sent, and why it may have arrived again.
final class Outside {
  struct Arrival: Sendable {
    var message: OutboundMessage
    var at: Instant
  }

  private(set) var arrivals: [Arrival] = []
  /// How often each message arrived.
  private(set) var counts: [MessageID: Int] = [:]
  /// How often each may have been sent again: it was in flight when its process died, when its partition was lost or was
  /// asked back for longer than anybody waits, or it arrived and nobody said so.
  private(set) var excuses: [MessageID: Int] = [:]
  var now = Instant(milliseconds: 0)
  /// Whether anything may go wrong.
  var isCalm = false { didSet { if isCalm { hanging = [] } } }
  /// Messages whose sending began, and whose result keeps its sender waiting until all is calm.
  private(set) var hanging: [OutboundMessage] = []

  /// Messages that were handed over although their sender knew already that the contact does not want them.
  private(set) var unwanted: [String] = []

  /// - Parameter knew: the contact as the sender knew it before the step that hands the message over, and after it.
  func note(_ message: OutboundMessage, knew: (before: Contact?, after: Contact?)) {
    guard let contact = knew.after, knew.before == contact else { return }
    let wanted: Contact.Status = message.kind == .confirmContact ? .pending : .confirmed
    if contact.status != wanted { unwanted.append("\(message.id) goes to \(contact.id), who is \(contact.status)") }
  }

  func lost(_ dispatch: Dispatch) { excuses[dispatch.order.message.id, default: 0] += 1 }

  func deliver(_ dispatch: Dispatch, _ chance: inout Chance) -> (answer: DispatchResult, hangs: Bool) {
    let message = dispatch.order.message
    func answer(_ result: DeliveryResult, hangs: Bool = false) -> (DispatchResult, Bool) {
      if hangs { hanging.append(message) }
      return (
        DispatchResult(
          message: message.id, attempt: message.attempt, partition: dispatch.partition, channel: "simulated",
          result: result), hangs
      )
    }
    switch isCalm ? 0 : chance.below(12) {
    case 0..<7:
      arrive(message)
      return answer(.delivered(detail: "250"))
    case 7: return answer(.temporary(detail: "451"))
    case 8: return answer(.permanent(detail: "550"))
    case 9: return answer(.temporary(detail: "timed out"), hangs: true)
    case 10:
      // It arrived, and the connection broke before the answer came.
      arrive(message)
      excuses[message.id, default: 0] += 1
      return answer(.temporary(detail: "connection lost"), hangs: chance.happens(oneIn: 2))
    default:
      arrive(message)
      return answer(.delivered(detail: "250"), hangs: true)
    }
  }

  private func arrive(_ message: OutboundMessage) { arrive([Arrival(message: message, at: now)]) }

  func arrive(_ arrivals: [Arrival]) {
    self.arrivals += arrivals
    for arrival in arrivals { counts[arrival.message.id, default: 0] += 1 }
  }
}
