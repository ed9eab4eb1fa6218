import ArgumentParser
import CooperationModel
import Foundation

/// Imports a CSV file through the ingestion service.
struct ImportCommand: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Imports requests, profiles, contacts or cooperations from a CSV file.",
    discussion: """
      Every good row is taken and every other listed. The same file sent again goes on where it stopped; a corrected \
      one adds what was corrected. Ends with 1 when rows were not taken.
      """)
  @OptionGroup var suite: SuiteOptions
  @Argument(help: "requests, profiles, contacts or cooperations.") var kind: ImportKind
  @Argument(help: "The CSV file, in UTF-8.") var file: String
  @Option(help: "Where ingestion answers.") var url = "http://127.0.0.1:8080"
  @Option(help: "A file with the token to act with.") var token: String

  func run(at desk: Desk) async throws {
    guard let token = String(data: try readFile(token), encoding: .utf8)?.split(whereSeparator: \.isWhitespace).first
    else {
      throw Failure.data("\(self.token) holds no token: make one with `bourse token mint --out \(self.token)`")
    }
    let base = url.hasSuffix("/") ? String(url.dropLast()) : url
    let headers = [
      "Authorization: Bearer \(token)", "Content-Type: text/csv", "Accept: application/json, application/problem+json",
      "Accept-Language: \(desk.console.language.rawValue)",
    ]
    let size = fileSize(file)
    let progress = ProgressLine("import")
    let exchange = try HTTPExchange("\(base)/imports?kind=\(kind.rawValue)", headers: headers, upload: file) { sent in
      progress.update(sent, of: size, "\(sent >> 10)/\(size >> 10) KB")
    }
    var tally = try Self.tally(try exchange.perform(timeout: 3_600), desk)
    while tally.state == "running" || tally.undecided ?? 0 > 0 {
      progress.update(Int64(tally.decided), of: Int64(tally.decided + (tally.undecided ?? 0)))
      try await Task.sleep(for: .milliseconds(300))
      tally = try Self.tally(
        try HTTPExchange("\(base)/imports/\(tally.import)", headers: headers).perform(timeout: 30), desk)
    }
    progress.finish()
    try desk.console.show(tally) { tally.text(desk) }
    if tally.rejected + tally.conflicts > 0 || tally.state == "interrupted" { throw ExitCode(1) }
  }

  private static func tally(_ answer: HTTPExchange.Answer, _ desk: Desk) throws -> ImportDocument {
    if answer.status == 200 || answer.status == 202 {
      return try JSON.decode(ImportDocument.self, from: answer.body)
    }
    throw ProblemAnswer.failure(answer, desk.say(fr: "l’import est refusé", en: "the import was refused"))
  }
}

extension ImportKind: ExpressibleByArgument {}

extension ImportDocument {
  fileprivate var decided: Int { created + changed + unchanged + conflicts + rejected }

  fileprivate func text(_ desk: Desk) -> String {
    var text = desk.say(
      fr: """
        \(rows ?? decided) lignes\u{202F}: \(created) créées, \(changed) modifiées, \(unchanged) inchangées, \(conflicts) en conflit, \(rejected) rejetées

        """,
      en: """
        \(rows ?? decided) rows: \(created) created, \(changed) changed, \(unchanged) unchanged, \(conflicts) in conflict, \(rejected) rejected

        """)
    if state == "interrupted" {
      text += desk.say(
        fr: "Interrompu avant la fin\u{202F}: envoyez le même fichier encore, il reprendra où il s’est arrêté.\n",
        en: "Interrupted before its end: send the same file again, it goes on where it stopped.\n")
    }
    guard !problems.isEmpty else { return text }
    var table = TextTable([
      desk.say(fr: ">ligne", en: ">line"), desk.say(fr: "colonne", en: "column"),
      desk.say(fr: "résultat", en: "result"),
      desk.say(fr: "pourquoi", en: "why"),
    ])
    for row in problems { table.add(["\(row.line)", row.column ?? "", row.result, row.message]) }
    text += table.text
    if unlisted > 0 { text += desk.say(fr: "… et \(unlisted) autres lignes\n", en: "… and \(unlisted) more rows\n") }
    return text
  }
}
