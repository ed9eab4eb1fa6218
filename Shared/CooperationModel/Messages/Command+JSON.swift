import Foundation

// Commands and settings hold a JSON value: see there. They are read often and written seldom.

extension Command.Payload: DirectJSON {
  package init?(directJSON data: Data) {
    let payload: Command.Payload? = data.withUnsafeBytes { bytes in
      var reader = DirectReader(bytes)
      var (ifMatch, origin): (Int?, CommandOrigin?) = (nil, nil)
      guard reader.skip("{\"actor\":{"), let actor = Actor(&reader), reader.skip(",\"body\":"),
        let body = reader.json(), reader.skip(",\"digest\":\""), let digest = reader.text(),
        reader.optional(",\"ifMatch\":", into: &ifMatch, { $0.integer() }),
        reader.optional(",\"origin\":{", into: &origin, { CommandOrigin(&$0) }), reader.skip("}"), reader.isAtEnd
      else { return nil }
      return Command.Payload(actor: actor, ifMatch: ifMatch, digest: digest, body: body, origin: origin)
    }
    guard let payload else { return nil }
    self = payload
  }
}

extension Setting: DirectJSON {
  package init?(directJSON data: Data) {
    let setting: Setting? = data.withUnsafeBytes { bytes in
      var reader = DirectReader(bytes)
      guard reader.skip("{\"id\":\""), let id = reader.value(of: SettingID.self), reader.skip(",\"value\":"),
        let value = reader.json(), reader.skip(",\"version\":"), let version = reader.integer(), reader.skip("}"),
        reader.isAtEnd
      else { return nil }
      return Setting(id: id, version: version, value: value)
    }
    guard let setting else { return nil }
    self = setting
  }
}

extension Actor {
  /// The members up to a closing brace, and past it.
  fileprivate init?(_ reader: inout DirectReader) {
    var (collectivite, country): (CollectiviteID?, CountryCode?) = (nil, nil)
    var (onBehalf, territory): (String?, String?) = (nil, nil)
    func leading<Value: RawRepresentable<String>>(_ reader: inout DirectReader) -> Value? {
      let value: Value? = reader.value()
      return reader.skip(",") ? value : nil
    }
    guard reader.optional("\"collectivite\":\"", into: &collectivite, leading),
      reader.optional("\"country\":\"", into: &country, leading), reader.skip("\"issuer\":\""),
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
      let line = reader.integer(), reader.optional(",\"version\":", into: &version, { $0.integer() }), reader.skip("}")
    else { return nil }
    self.init(import: `import`, line: line, version: version)
  }
}
