/// A law that does not hold.
struct SimulationFailure: Error, CustomStringConvertible {
  /// Which: what a shrunk run must break too.
  let law: String
  let text: String

  init(law: String, _ text: String) {
    self.law = law
    self.text = text
  }

  var description: String { "\(law): \(text)" }
}
