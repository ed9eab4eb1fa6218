// The model is read anew by every processor that holds it, at each start and each time its partitions come.

extension ScoringSettings: DirectJSON {
  package init?(_ reader: inout DirectReader) {
    var textThemes: Int?
    guard reader.skip("{\"answerDays\":"), let answerDays = reader.integer(),
      reader.optional(",\"textThemes\":", into: &textThemes, { $0.integer() }), reader.skip(",\"threshold\":"),
      let threshold = reader.integer(), reader.skip(",\"version\":"), let version = reader.integer(),
      reader.skip(",\"wantedLeads\":"), let wantedLeads = reader.integer(), reader.skip(",\"weights\":{"),
      let weights = reader.weights(), reader.skip("}")
    else { return nil }
    self.init(
      version: version, weights: weights, threshold: threshold, wantedLeads: wantedLeads, answerDays: answerDays,
      textThemes: textThemes)
  }
}

extension DirectReader {
  /// The members up to a closing brace, and past it.
  fileprivate mutating func weights() -> [String: Int]? {
    var weights: [String: Int] = [:]
    if skip("}") { return weights }
    repeat {
      // A name that comes twice is for Codable.
      guard skip("\""), let name = text(), weights[name] == nil, skip(":"), let points = integer() else { return nil }
      weights[name] = points
    } while skip(",")
    return skip("}") ? weights : nil
  }
}
