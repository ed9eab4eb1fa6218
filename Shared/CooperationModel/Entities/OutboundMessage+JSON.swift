import Foundation

// Each message is written twice at least, when it is due and when it left, and read by whoever shows or sends it.

extension OutboundMessage: DirectJSON {
  package func directJSON() -> Data? {
    var writer = DirectWriter(capacity: 1 << 10)
    writer.write("{\"attempt\":")
    writer.write(attempt)
    writer.write(",\"contact\":\"", text: contact.rawValue)
    writer.write(",\"createdAt\":\"", text: createdAt.description)
    writer.write(",\"id\":\"", text: id.rawValue)
    writer.write(",\"kind\":\"", text: kind.rawValue)
    writer.write(",\"notBefore\":\"", text: notBefore.description)
    if let outcome {
      writer.write(",\"outcome\":{\"at\":\"", text: outcome.at.description)
      writer.write(",\"channel\":\"", text: outcome.channel)
      writer.write(",\"detail\":\"", text: outcome.detail)
      writer.write("}")
    }
    writer.write(",\"owner\":\"", text: owner.rawValue)
    writer.write(",\"status\":\"", text: status.rawValue)
    writer.write(",\"subjects\":[")
    writer.write(subjects) { $0.write("\"", text: $1) }
    writer.write("],\"version\":")
    writer.write(version)
    writer.write("}")
    return writer.data
  }

  package init?(_ reader: inout DirectReader) {
    var outcome: Outcome?
    guard reader.skip("{\"attempt\":"), let attempt = reader.integer(), reader.skip(",\"contact\":\""),
      let contact = reader.value(of: ContactID.self), reader.skip(",\"createdAt\":\""),
      let createdAt = reader.parsed(Instant.init), reader.skip(",\"id\":\""),
      let id = reader.value(of: MessageID.self), reader.skip(",\"kind\":\""), let kind = reader.value(of: Kind.self),
      reader.skip(",\"notBefore\":\""), let notBefore = reader.parsed(Instant.init),
      reader.optional(",\"outcome\":{", into: &outcome, Outcome.init), reader.skip(",\"owner\":\""),
      let owner = reader.value(of: OwnerID.self), reader.skip(",\"status\":\""),
      let status = reader.value(of: Status.self), reader.skip(",\"subjects\":["),
      let subjects = reader.list("\"", { $0.text() }), reader.skip(",\"version\":"), let version = reader.integer(),
      reader.skip("}")
    else { return nil }
    self.init(
      id: id, version: version, contact: contact, owner: owner, kind: kind, subjects: subjects, status: status,
      attempt: attempt, notBefore: notBefore, createdAt: createdAt, outcome: outcome)
  }
}

extension OutboundMessage.Outcome {
  /// The members up to a closing brace, and past it.
  fileprivate init?(_ reader: inout DirectReader) {
    guard reader.skip("\"at\":\""), let at = reader.parsed(Instant.init), reader.skip(",\"channel\":\""),
      let channel = reader.text(), reader.skip(",\"detail\":\""), let detail = reader.text(), reader.skip("}")
    else { return nil }
    self.init(at: at, channel: channel, detail: detail)
  }
}
