import CooperationModel
import ServiceKit

/// Composes and hands over one message: the only part of Notifications that touches the outside.
struct Dispatcher: Sendable {
  let composer: @Sendable (@escaping LinkMaker) -> Composer
  let links: Links
  let channel: any Channel
  let clock: any WallClock

  func send(_ dispatch: Dispatch) async -> DispatchResult {
    let message = dispatch.order.message
    func result(_ result: DeliveryResult) -> DispatchResult {
      DispatchResult(
        message: message.id, attempt: message.attempt, partition: dispatch.partition, channel: channel.name,
        result: result)
    }
    do {
      let maker = try await links.maker(for: dispatch.order)
      let mail = try composer(maker).compose(dispatch.order, at: clock.now())
      return result(await channel.deliver(mail))
    } catch let error as CompositionError {
      return result(.permanent(detail: error.description))
    } catch {
      return result(.temporary(detail: "cannot sign the links: \(error)"))
    }
  }
}

/// Where the pages behind links are, and who signs them: at sending, never in the log.
struct Links: Sendable {
  let mint: TokenMint
  /// Ingestion's address, for confirming and unsubscribing.
  let ingestion: String
  /// Matcher's address, for answers.
  let matcher: String

  /// Signs every link that the message can need, so that composing it needs no waiting.
  func maker(for order: MailOrder) async throws -> LinkMaker {
    var signed: [LinkPurpose: String] = [:]
    let contact = order.contact
    func sign(_ purpose: LinkPurpose, _ action: Action, _ target: String, _ page: String) async throws {
      let token = try await mint.action(action, target: target, contact: contact.id.rawValue)
      signed[purpose] = "\(page)\(page.contains("?") ? "&" : "?")token=\(token)"
    }
    try await sign(.unsubscribe(contact.id), .unsubscribe, contact.id.rawValue, "\(ingestion)/unsubscribe")
    if order.message.kind == .confirmContact {
      try await sign(.confirmContact(contact.id), .confirmContact, contact.id.rawValue, "\(ingestion)/confirm")
    }
    for id in order.leads.keys.sorted() {
      for isInterested in [true, false] {
        let answer = isInterested ? "interested" : "declined"
        try await sign(
          .answer(id, interested: isInterested), .answer, id.rawValue, "\(matcher)/answer?answer=\(answer)")
      }
    }
    for cause in order.message.causes where cause.fact == .confirmRequest {
      guard let id = cause.request else { continue }
      try await sign(.confirmRequest(id), .confirmRequest, id.rawValue, "\(ingestion)/confirm-request")
    }
    return { [signed] purpose, _, _ in
      guard let link = signed[purpose] else { throw CompositionError.link }
      return link
    }
  }
}
