import CSQLite
import CooperationModel
import Foundation

/// What others would use for the text part alone, on the same profiles: every profile a document of its name and the
/// names of its themes and countries, every request a disjunctive query for the best twenty.
struct TextComparisons {
  let documents: [String]
  /// Words, each once.
  let queries: [[String]]

  init(_ population: Population, queries count: Int) {
    let reference = population.reference
    func words(_ themes: [ThemeID], _ countries: [CountryCode]) -> [String] {
      let said =
        themes.compactMap { reference.themes.label(of: $0, in: .french) }
        + countries.compactMap { reference.countries[$0]?.name.fr }
      return said.flatMap(Self.words)
    }
    documents = population.profiles.map { profile in
      let name = Self.words(reference.registry.name(of: profile.collectivite) ?? "")
      return (name + words(profile.themes, profile.countries)).joined(separator: " ")
    }
    queries = population.requests.prefix(count).map { Set(words($0.themes, [$0.country])).sorted() }
      .filter { !$0.isEmpty }
  }

  /// Without the short ones: articles and the like stand in nearly every document, and nobody would search for them.
  private static func words(_ text: String) -> [String] {
    text.folding(options: [.caseInsensitive, .diacriticInsensitive], locale: nil).split { !$0.isLetter }
      .filter { $0.count > 3 }.map(String.init)
  }

  struct Failure: Error {
    var text: String
  }

  /// SQLite's FTS5 in this process, its index in memory.
  func searchWithFTS5() throws -> Figures {
    var opened: OpaquePointer?
    guard sqlite3_open(":memory:", &opened) == SQLITE_OK, let database = opened else { throw Failure(text: "open") }
    defer { sqlite3_close(database) }
    func prepare(_ sql: String) throws -> OpaquePointer {
      var statement: OpaquePointer?
      sqlite3_prepare_v2(database, sql, -1, &statement, nil)
      guard let statement else { throw Failure(text: String(cString: sqlite3_errmsg(database))) }
      return statement
    }
    func bind(_ text: String, to statement: OpaquePointer) {
      text.withCString {
        _ = sqlite3_bind_text(statement, 1, $0, -1, unsafeBitCast(-1, to: sqlite3_destructor_type.self))
      }
    }
    guard sqlite3_exec(database, "CREATE VIRTUAL TABLE profiles USING fts5(text); BEGIN", nil, nil, nil) == SQLITE_OK
    else { throw Failure(text: String(cString: sqlite3_errmsg(database))) }
    let insert = try prepare("INSERT INTO profiles(text) VALUES(?)")
    for document in documents {
      bind(document, to: insert)
      sqlite3_step(insert)
      sqlite3_reset(insert)
    }
    sqlite3_finalize(insert)
    sqlite3_exec(database, "COMMIT; INSERT INTO profiles(profiles) VALUES('optimize')", nil, nil, nil)
    let select = try prepare("SELECT rowid FROM profiles WHERE profiles MATCH ? ORDER BY rank LIMIT 20")
    defer { sqlite3_finalize(select) }
    var found = 0
    let times = queries.map { words in
      let query = words.map { "\"\($0)\"" }.joined(separator: " OR ")
      let start = ContinuousClock.now
      bind(query, to: select)
      while sqlite3_step(select) == SQLITE_ROW { found += 1 }
      sqlite3_reset(select)
      return start.duration(to: .now)
    }
    guard found > 0 else { throw Failure(text: "nothing found") }
    return Figures(times)
  }

  /// tantivy and bm25s, from PyPI, in a process of their own; what their script says, or why there is nothing to say.
  func searchWithPython() -> String {
    let folder = FileManager.default.temporaryDirectory.appending(path: "text-search-\(UUID())")
    defer { try? FileManager.default.removeItem(at: folder) }
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try Data(documents.joined(separator: "\n").utf8).write(to: folder.appending(path: "documents.txt"))
      let lines = queries.map { $0.joined(separator: " ") }.joined(separator: "\n")
      try Data(lines.utf8).write(to: folder.appending(path: "queries.txt"))
      let environment = folder.appending(path: "python").path()
      for command in [
        ["python3", "-m", "venv", environment],
        ["\(environment)/bin/pip", "install", "-q", "--disable-pip-version-check", "tantivy==0.27.0", "bm25s==0.3.16"],
      ] {
        let (status, output) = try Self.run(command)
        guard status == 0 else {
          return "tantivy and bm25s: skipped, they do not install here: \(output.split(separator: "\n").last ?? "")"
        }
      }
      let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "text_search.py").path()
      return try Self.run(["\(environment)/bin/python", script, folder.path()]).output
    } catch {
      return "tantivy and bm25s: skipped: \(error)"
    }
  }

  private static func run(_ command: [String]) throws -> (status: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = command
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: data, as: UTF8.self).trimmingCharacters(in: .newlines))
  }
}
