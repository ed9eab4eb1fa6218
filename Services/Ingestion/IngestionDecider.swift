import CooperationModel
import ServiceKit
import TopicBus

/// Decides every command about requests, profiles, contacts and Atlas sheets.
///
/// It validates in full and checks the actor again: fronts are not the only writers.
struct IngestionDecider: Decider {
  typealias State = IngestionState
  typealias EntityID = RequestID

  let reference: ReferenceData

  /// Whether a command of that kind is decided here.
  static func decides(_ kind: String) -> Bool {
    ["request.", "profile.", "contact.", "cooperation."].contains { kind.hasPrefix($0) }
  }

  func decide(
    _ command: Command, _ state: inout Overlay<IngestionState>, _ context: Context
  ) throws(Rejection) -> Decision {
    switch command.kind.prefix(while: { $0 != "." }) {
    case "request": try decideRequest(command, &state)
    case "profile": try decideProfile(command, &state)
    case "contact": try decideContact(command, &state)
    case "cooperation": try decideCooperation(command, &state)
    default: throw .unknownKind(command)
    }
  }

  // MARK: Time

  /// A request whose time is over expires: the effect of the timer is the request's next version, so it fires once.
  func recompute(_ id: RequestID, _ state: inout Overlay<IngestionState>, _ context: Context) -> Recomputed {
    guard var request = state.requests[id], let expiresAt = request.expiresAt, expiresAt <= context.now else {
      return .done
    }
    request.move(to: .expired, by: "system", what: "expire", at: context.now)
    state.requests[id] = request
    return .done
  }

  func nextDue(in state: inout IngestionState) -> (Instant, RequestID)? { state.requests.nextDue() }
  func partition(of id: RequestID, in state: IngestionState) -> Int? { state.requests.partition(of: id) }
}

extension Rejection {
  static func unknownKind(_ command: Command) -> Rejection {
    Rejection(
      .invalid, code: "unknown-command",
      fr: "La commande «\u{202F}\(command.kind)\u{202F}» n’est pas connue de ce service.",
      en: "This service does not know the command \"\(command.kind)\".")
  }
}
