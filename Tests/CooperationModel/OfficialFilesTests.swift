import CooperationModel
import Foundation
import Testing

/// What is committed against the official files it was made from, where these are at hand: in `shared/data` beside a
/// folder above this one, or where `BOURSE_OFFICIAL_DATA` says.
@Suite(
  "Reference data against the official files",
  .enabled(
    if: OfficialFiles.folder != nil, "the official files are not at hand: set BOURSE_OFFICIAL_DATA to their folder"))
struct OfficialFilesTests {
  let reference: ReferenceData
  let folder: URL

  init() throws {
    reference = try ReferenceFixture.data()
    folder = try #require(OfficialFiles.folder)
  }

  @Test("every authority of the official list is in the product, with equal facts")
  func authorities() throws {
    let registry = reference.registry
    let rows = try OfficialFiles.rows(folder.appending(path: "collectivites.csv"))
    #expect(rows.count == registry.count)
    for row in rows {
      guard let id = CollectiviteID(row["id"] ?? ""), let found = registry[id] else {
        Issue.record("\(row["id"] ?? "") is missing")
        continue
      }
      let departement = found.departement.map { $0.rawValue == "commune:75056" ? "75" : String($0.code) } ?? ""
      let facts = [
        "id": found.id.rawValue, "kind": found.kind.rawValue, "code": found.code, "siren": found.siren ?? "",
        "name": found.name, "department": departement, "region": found.region.map { String($0.code) } ?? "",
        "epci": found.epci.map { String($0.code) } ?? "", "population": String(found.population ?? 0),
        "longitude": Self.degrees(found.longitude), "latitude": Self.degrees(found.latitude),
      ]
      if facts != row { Issue.record("\(id): \(facts) instead of \(row)") }
    }
  }

  @Test("every commune that ever was resolves, but for the two that became overseas collectivities")
  func communes() throws {
    var unresolved: Set<String> = []
    for event in try OfficialFiles.rows(folder.appending(path: "geo/mouvements-communes.csv")) {
      for code in [event["COM_AV"] ?? "", event["COM_AP"] ?? ""] where !code.isEmpty {
        if try reference.registry.current(of: id("commune:\(code)")) == nil { unresolved.insert(code) }
      }
    }
    #expect(unresolved == ["97123", "97127"])
  }

  @Test("every DAC code is in the product, in its category")
  func dac() throws {
    let lists = [
      ("sector_categories", reference.dac.sectorCategories), ("channel_codes", reference.dac.channels),
      ("aid_types", reference.dac.typesOfAid), ("finance_types", reference.dac.financeTypes),
      ("flow_types", reference.dac.flowTypes), ("nature_of_submission", reference.dac.naturesOfSubmission),
      ("collaboration_types", reference.dac.collaborationTypes),
    ]
    for (name, list) in lists {
      let rows = try OfficialFiles.rows(folder.appending(path: "dac/\(name).csv"))
      #expect(rows.map { $0["code"] } == list.all.map(\.code), "\(name)")
      #expect(rows.map { $0["category"] ?? "" } == list.all.map(\.category), "\(name)")
      for (row, code) in zip(rows, list.all) { checkName(code, row) }
    }
    let sectors = try OfficialFiles.rows(folder.appending(path: "dac/sectors.csv"))
    for row in sectors {
      let voluntary = row["voluntary_code"] ?? ""
      let code = reference.dac.purposes[voluntary.isEmpty ? row["code"] ?? "" : voluntary]
      #expect(code?.category == (voluntary.isEmpty ? row["category"] : row["code"]))
      if let code { checkName(code, row) }
    }
    #expect(sectors.count == reference.dac.purposes.count)
    let recipients = try OfficialFiles.rows(folder.appending(path: "dac/recipients.csv"))
    #expect(recipients.map { $0["code"] } == reference.dac.recipients.all.map(\.code))
  }

  @Test("every country of the official list is in the product")
  func countries() throws {
    let rows = try OfficialFiles.rows(folder.appending(path: "geo/country-codes.csv"))
    #expect(
      Set(rows.compactMap { $0["ISO3166-1-Alpha-2"] } + ["XK"]) == Set(reference.countries.all.map(\.code.rawValue)))
  }

  @Test(
    "refreshing from the official files gives what is committed, byte for byte",
    .enabled(if: OfficialFiles.python != nil, "refresh needs python3"))
  func refresh() throws {
    let copy = try ReferenceFixture.copy()
    defer { try? FileManager.default.removeItem(at: copy) }
    let names = try FileManager.default.contentsOfDirectory(atPath: copy.path()).filter {
      !["kept", "__pycache__"].contains($0)
    }
    for name in names
    where ["collectivites.columns", "countries.tsv", "dac.tsv", "recipients.tsv", "manifest.tsv"].contains(name) {
      try FileManager.default.removeItem(at: copy.appending(path: name))
    }
    let process = Process()
    process.executableURL = OfficialFiles.python
    process.arguments = [copy.appending(path: "refresh").path(), folder.path()]
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    for name in names {
      let made = try Data(contentsOf: copy.appending(path: name))
      #expect(try made == Data(contentsOf: ReferenceFixture.folder.appending(path: name)), "\(name)")
    }
  }

  /// The English name, but for spaces and apostrophes; nothing where the list has a sentence or no name.
  private func checkName(_ code: DacCode, _ row: [String: String]) {
    let official = (row["name_en"] ?? "").replacing("'", with: "’").split(whereSeparator: \.isWhitespace).joined(
      separator: " ")
    if !official.isEmpty { #expect(official.hasPrefix(code.name.en), "\(code.code)") }
  }

  private static func degrees(_ value: Double?) -> String { value.map { String(format: "%.4f", $0) } ?? "" }
}

enum OfficialFiles {
  static let folder: URL? = {
    if let named = ProcessInfo.processInfo.environment["BOURSE_OFFICIAL_DATA"] { return URL(filePath: named) }
    var above = URL(filePath: #filePath).deletingLastPathComponent()
    while above.pathComponents.count > 1 {
      let data = above.deletingLastPathComponent().appending(path: "shared/data")
      if FileManager.default.fileExists(atPath: data.appending(path: "collectivites.csv").path()) { return data }
      above = above.deletingLastPathComponent()
    }
    return nil
  }()

  static let python: URL? = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    .map { URL(filePath: String($0)).appending(path: "python3") }
    .first { FileManager.default.isExecutableFile(atPath: $0.path()) }

  /// The rows of a CSV file (RFC 4180) by the names of its header.
  static func rows(_ file: URL) throws -> [[String: String]] {
    var records: [[String]] = []
    var record: [String] = []
    var field: [UInt8] = []
    var isQuoted = false
    var wasQuote = false
    for byte in try Data(contentsOf: file) {
      if isQuoted {
        if byte == UInt8(ascii: "\"") { (isQuoted, wasQuote) = (false, true) } else { field.append(byte) }
        continue
      }
      switch byte {
      case UInt8(ascii: "\""):
        if wasQuote { field.append(byte) }
        isQuoted = true
      case UInt8(ascii: ","), UInt8(ascii: "\n"):
        record.append(String(decoding: field, as: UTF8.self))
        field.removeAll(keepingCapacity: true)
        if byte == UInt8(ascii: "\n") {
          records.append(record)
          record = []
        }
      case UInt8(ascii: "\r"): break
      default: field.append(byte)
      }
      wasQuote = false
    }
    if !field.isEmpty || !record.isEmpty { records.append(record + [String(decoding: field, as: UTF8.self)]) }
    guard let header = records.first else { return [] }
    return records.dropFirst().map { Dictionary(uniqueKeysWithValues: zip(header, $0)) }
  }
}
