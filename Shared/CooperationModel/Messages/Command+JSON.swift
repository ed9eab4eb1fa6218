import Foundation

// Commands and their outcomes are most of what an import writes; settings hold a JSON value, as commands do.

extension Command.Payload: DirectJSON {
  package func directJSON() -> Data? {
    var writer = DirectWriter(capacity: 1 << 10)
    writer.write("{\"actor\":")
    writer.write(actor)
    writer.write(",\"body\":")
    writer.write(json: body)
    writer.write(",\"digest\":\"", text: digest)
    writer.write(",\"ifMatch\":", any: ifMatch)
    writer.write(origin)
    writer.write("}")
    return writer.data
  }

  package init?(_ reader: inout DirectReader) {
    var (ifMatch, origin): (Int?, CommandOrigin?) = (nil, nil)
    guard reader.skip("{\"actor\":{"), let actor = Actor(&reader), reader.skip(",\"body\":"),
      let body = reader.json(), reader.skip(",\"digest\":\""), let digest = reader.text(),
      reader.optional(",\"ifMatch\":", into: &ifMatch, { $0.integer() }),
      reader.optional(",\"origin\":{", into: &origin, CommandOrigin.init), reader.skip("}")
    else { return nil }
    self.init(actor: actor, ifMatch: ifMatch, digest: digest, body: body, origin: origin)
  }
}

/// A rejection is left to Codable.
extension CommandOutcome: DirectJSON {
  package func directJSON() -> Data? {
    guard case .accepted(let version, let created) = result else { return nil }
    var writer = DirectWriter(capacity: 512)
    writer.write("{\"command\":\"", text: command.rawValue)
    writer.write(",\"digest\":\"", text: digest)
    writer.write(",\"entity\":\"", text: entity)
    writer.write(",\"kind\":\"", text: kind)
    writer.write(origin)
    writer.write(",\"receivedAt\":\"", text: receivedAt.description)
    writer.write(",\"result\":{\"accepted\":{\"created\":")
    writer.write(json: .bool(created))
    writer.write(",\"version\":")
    writer.write(version)
    writer.write("}}}")
    return writer.data
  }

  package init?(_ reader: inout DirectReader) {
    var origin: CommandOrigin?
    guard reader.skip("{\"command\":\""), let command = reader.value(of: CommandID.self),
      reader.skip(",\"digest\":\""), let digest = reader.text(), reader.skip(",\"entity\":\""),
      let entity = reader.text(), reader.skip(",\"kind\":\""), let kind = reader.text(),
      reader.optional(",\"origin\":{", into: &origin, CommandOrigin.init), reader.skip(",\"receivedAt\":\""),
      let receivedAt = reader.parsed(Instant.init), reader.skip(",\"result\":{\"accepted\":{\"created\":"),
      case .bool(let created)? = reader.json(), reader.skip(",\"version\":"), let version = reader.integer(),
      reader.skip("}}}")
    else { return nil }
    self.init(
      command: command, kind: kind, entity: entity, digest: digest, receivedAt: receivedAt,
      result: .accepted(version: version, created: created), origin: origin)
  }
}

extension Setting: DirectJSON {
  package init?(_ reader: inout DirectReader) {
    guard reader.skip("{\"id\":\""), let id = reader.value(of: SettingID.self), reader.skip(",\"value\":"),
      let value = reader.json(), reader.skip(",\"version\":"), let version = reader.integer(), reader.skip("}")
    else { return nil }
    self.init(id: id, version: version, value: value)
  }
}

extension DirectWriter {
  fileprivate mutating func write(_ actor: Actor) {
    write("{")
    if let collectivite = actor.collectivite { write("\"collectivite\":\"", text: collectivite.rawValue); write(",") }
    if let country = actor.country { write("\"country\":\"", text: country.rawValue); write(",") }
    write("\"issuer\":\"", text: actor.issuer)
    write(",\"onBehalf\":\"", any: actor.onBehalf)
    write(",\"role\":\"", text: actor.role.rawValue)
    write(",\"subject\":\"", text: actor.subject)
    write(",\"territory\":\"", any: actor.territory)
    write("}")
  }

  fileprivate mutating func write(_ origin: CommandOrigin?) {
    guard let origin else { return }
    write(",\"origin\":{\"import\":\"", text: origin.import.rawValue)
    write(",\"line\":")
    write(origin.line)
    write(",\"version\":", any: origin.version)
    write("}")
  }
}

extension Actor {
  /// The members up to a closing brace, and past it.
  fileprivate init?(_ reader: inout DirectReader) {
    var (collectivite, country): (CollectiviteID?, CountryCode?) = (nil, nil)
    var (onBehalf, territory): (String?, String?) = (nil, nil)
    guard reader.leading("\"collectivite\":\"", into: &collectivite, { $0.value() }),
      reader.leading("\"country\":\"", into: &country, { $0.value() }), reader.skip("\"issuer\":\""),
      let issuer = reader.text(), reader.optional(",\"onBehalf\":\"", into: &onBehalf, { $0.text() }),
      reader.skip(",\"role\":\""), let role = reader.value(of: Role.self), reader.skip(",\"subject\":\""),
      let subject = reader.text(), reader.optional(",\"territory\":\"", into: &territory, { $0.text() }),
      reader.skip("}")
    else { return nil }
    self.init(
      issuer: issuer, subject: subject, role: role, country: country, collectivite: collectivite,
      territory: territory, onBehalf: onBehalf)
  }
}

extension CommandOrigin {
  /// The members up to a closing brace, and past it.
  fileprivate init?(_ reader: inout DirectReader) {
    var version: Int?
    guard reader.skip("\"import\":\""), let `import` = reader.value(of: CommandID.self), reader.skip(",\"line\":"),
      let line = reader.integer(), reader.optional(",\"version\":", into: &version, { $0.integer() }),
      reader.skip("}")
    else { return nil }
    self.init(import: `import`, line: line, version: version)
  }
}
