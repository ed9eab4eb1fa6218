import Foundation

// Contacts are read by four processors, and each opening of a link writes one.

extension Contact: DirectJSON {
  package func directJSON() -> Data? {
    var writer = DirectWriter(capacity: 512)
    writer.write("{\"email\":\"", text: email)
    writer.write(",\"id\":\"", text: id.rawValue)
    writer.write(",\"language\":\"", text: language.rawValue)
    writer.write(",\"name\":\"", text: name)
    writer.write(",\"owner\":\"", text: owner.rawValue)
    writer.write(",\"since\":\"", text: since.description)
    writer.write(",\"status\":\"", text: status.rawValue)
    writer.write(",\"transitions\":[")
    writer.write(transitions)
    writer.write("],\"version\":")
    writer.write(version)
    writer.write("}")
    return writer.data
  }

  package init?(_ reader: inout DirectReader) {
    guard reader.skip("{\"email\":\""), let email = reader.text(), reader.skip(",\"id\":\""),
      let id = reader.value(of: ContactID.self), reader.skip(",\"language\":\""),
      let language = reader.value(of: Language.self), reader.skip(",\"name\":\""), let name = reader.text(),
      reader.skip(",\"owner\":\""), let owner = reader.value(of: OwnerID.self), reader.skip(",\"since\":\""),
      let since = reader.parsed(Instant.init), reader.skip(",\"status\":\""),
      let status = reader.value(of: Status.self), reader.skip(",\"transitions\":["),
      let transitions = reader.transitions(), reader.skip(",\"version\":"), let version = reader.integer(),
      reader.skip("}")
    else { return nil }
    self.init(
      id: id, version: version, owner: owner, status: status, name: name, email: email, language: language,
      since: since, transitions: transitions)
  }
}
