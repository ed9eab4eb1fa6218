import Foundation

// Leads are read by both of the matcher's processors and by Notifications, which writes a message of each.

extension Lead: DirectJSON {
  package func directJSON() -> Data? {
    var writer = DirectWriter(capacity: 4 << 10)
    writer.write("{")
    if let answerBy { writer.write("\"answerBy\":\"", text: answerBy.description); writer.write(",") }
    writer.write("\"factors\":[")
    writer.write(factors)
    writer.write("],\"facts\":")
    writer.write(facts)
    writer.write(",\"id\":\"", text: id.rawValue)
    writer.write(",\"offeredAt\":\"", text: offeredAt.description)
    writer.write(",\"reason\":\"", any: reason?.rawValue)
    writer.write(",\"score\":")
    writer.write(score)
    writer.write(",\"scoring\":")
    writer.write(scoring)
    writer.write(",\"status\":\"", text: status.rawValue)
    writer.write(",\"transitions\":[")
    writer.write(transitions)
    writer.write("],\"version\":")
    writer.write(version)
    writer.write("}")
    return writer.data
  }

  package init?(_ reader: inout DirectReader) {
    var (answerBy, reason): (Instant?, Reason?) = (nil, nil)
    guard reader.skip("{"), reader.leading("\"answerBy\":\"", into: &answerBy, { $0.parsed(Instant.init) }),
      reader.skip("\"factors\":["), let factors = reader.factors(), reader.skip(",\"facts\":{"),
      let facts = RequestFacts(&reader), reader.skip(",\"id\":\""), let id = reader.value(of: LeadID.self),
      reader.skip(",\"offeredAt\":\""), let offeredAt = reader.parsed(Instant.init),
      reader.optional(",\"reason\":\"", into: &reason, { $0.value() }), reader.skip(",\"score\":"),
      let score = reader.integer(), reader.skip(",\"scoring\":"), let scoring = reader.integer(),
      reader.skip(",\"status\":\""), let status = reader.value(of: Status.self), reader.skip(",\"transitions\":["),
      let transitions = reader.transitions(), reader.skip(",\"version\":"), let version = reader.integer(),
      reader.skip("}")
    else { return nil }
    self.init(
      id: id, version: version, status: status, score: score, scoring: scoring, factors: factors, facts: facts,
      offeredAt: offeredAt, answerBy: answerBy, reason: reason, transitions: transitions)
  }
}

extension DirectWriter {
  fileprivate mutating func write(_ facts: Lead.RequestFacts) {
    write("{\"authority\":\"", text: facts.authority)
    write(",\"contact\":\"", any: facts.contact?.rawValue)
    write(",\"country\":\"", text: facts.country.rawValue)
    write(",\"deadline\":\"", any: facts.deadline?.description)
    write(",\"forms\":[")
    write(facts.forms)
    write("],\"languages\":[")
    write(facts.languages)
    write("],\"sought\":\"", text: facts.sought)
    write(",\"summary\":\"", text: facts.summary)
    write(",\"themes\":[")
    write(facts.themes)
    write("],\"title\":\"", text: facts.title)
    write(",\"version\":")
    write(facts.version)
    write("}")
  }
}

extension Lead.RequestFacts {
  /// The members up to a closing brace, and past it.
  fileprivate init?(_ reader: inout DirectReader) {
    var (contact, deadline): (ContactID?, Day?) = (nil, nil)
    guard reader.skip("\"authority\":\""), let authority = reader.text(),
      reader.optional(",\"contact\":\"", into: &contact, { $0.value() }), reader.skip(",\"country\":\""),
      let country = reader.value(of: CountryCode.self),
      reader.optional(",\"deadline\":\"", into: &deadline, { $0.parsed(Day.init) }), reader.skip(",\"forms\":["),
      let forms = reader.values(of: CooperationForm.self), reader.skip(",\"languages\":["),
      let languages = reader.values(of: LanguageCode.self), reader.skip(",\"sought\":\""),
      let sought = reader.text(), reader.skip(",\"summary\":\""), let summary = reader.text(),
      reader.skip(",\"themes\":["), let themes = reader.values(of: ThemeID.self), reader.skip(",\"title\":\""),
      let title = reader.text(), reader.skip(",\"version\":"), let version = reader.integer(), reader.skip("}")
    else { return nil }
    self.version = version
    self.country = country
    self.authority = authority
    self.title = title
    self.summary = summary
    self.sought = sought
    self.themes = themes
    self.forms = forms
    self.languages = languages
    self.deadline = deadline
    self.contact = contact
  }
}
