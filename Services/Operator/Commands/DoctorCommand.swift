import ArgumentParser

/// Looks the suite over and names what wants attention.
struct DoctorCommand: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor", abstract: "Looks the suite over: 0 when all is well, 1 when something wants attention.",
    discussion: "Reads every kept record as services do when they restore, so it takes a while on a large log.")
  @OptionGroup var suite: SuiteOptions
  @Option(help: "Ask that service whether it is ready, too; may be repeated.") var service: [String] = []
  @Option(help: "A group that lags more records behind is named.") var lag: Int64 = 1_000

  func run(at desk: Desk) async throws {
    let report = try await desk.withLog { bus in
      var examination = Examination(bus, desk)
      try await examination.run(place: try await Bourse.place(of: bus), services: service, largestLag: lag)
      return DoctorReport(facts: examination.facts, findings: examination.findings)
    }
    try desk.console.show(report) { report.text(desk) }
    if !report.findings.isEmpty { throw ExitCode(1) }
  }
}

private struct DoctorReport: Encodable {
  var facts: [Examination.Fact]
  var findings: [Finding]

  func text(_ desk: Desk) -> String {
    let width = facts.reduce(0) { max($0, $1.name.count) }
    let known = facts.map { fact in
      fact.name + String(repeating: " ", count: width - fact.name.count) + "  " + fact.value + "\n"
    }.joined()
    guard !findings.isEmpty else { return known + desk.say(fr: "\nTout va bien.\n", en: "\nAll is well.\n") }
    return known + "\n"
      + findings.map { finding in
        let mark =
          finding.severity == .error ? desk.say(fr: "ERREUR", en: "ERROR") : desk.say(fr: "ATTENTION", en: "WARNING")
        return "\(mark)  \(finding.text)\n    → \(finding.remedy)\n"
      }.joined()
  }
}
