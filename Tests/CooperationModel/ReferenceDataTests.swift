import CooperationModel
import Foundation
import Testing

@Suite("Reference data")
struct ReferenceDataTests {
  @Test("everything is there")
  func loads() throws {
    #expect(try ReferenceData.load(from: ReferenceFixture.folder).registry.count == 36_246)
  }

  @Test("the same files have the same version, other files another")
  func version() throws {
    let copy = try ReferenceFixture.copy()
    defer { try? FileManager.default.removeItem(at: copy) }
    let version = try ReferenceFixture.data().version
    #expect(version.count == 16)
    #expect(try ReferenceData.load(from: copy).version == version)
    let manifest = copy.appending(path: "manifest.tsv")
    try (Data("# another\n".utf8) + Data(contentsOf: manifest)).write(to: manifest)
    #expect(try ReferenceData.load(from: copy).version != version)
  }

  @Test(
    "a file that was changed, cut or lost is named",
    arguments: [
      "collectivites.columns", "countries.tsv", "dac.tsv", "departements.tsv", "recipients.tsv", "themes.tsv",
    ])
  func damage(name: String) throws {
    let copy = try ReferenceFixture.copy()
    defer { try? FileManager.default.removeItem(at: copy) }
    let file = copy.appending(path: name)
    let whole = try Data(contentsOf: file)

    var changed = whole
    changed[whole.count / 2] ^= 1
    try changed.write(to: file)
    #expect(throws: ReferenceDataError.altered(file: name)) { try ReferenceData.load(from: copy) }

    try whole.prefix(whole.count - 1).write(to: file)
    #expect(throws: ReferenceDataError.altered(file: name)) { try ReferenceData.load(from: copy) }

    try FileManager.default.removeItem(at: file)
    let error = try #require(throws: ReferenceDataError.self) { try ReferenceData.load(from: copy) }
    #expect("\(error)".contains(name))
  }

  @Test("the data is found beside the executable, in an installation and in a checkout, in this order")
  func places() throws {
    let root = FileManager.default.temporaryDirectory.appending(path: "places-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: root) }
    let executable = root.appending(path: "build/bin/ingestion")
    func put(_ path: String) throws -> String {
      let folder = root.appending(path: path, directoryHint: .isDirectory)
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try Data().write(to: folder.appending(path: "manifest.tsv"))
      return folder.resolvingSymlinksInPath().path()
    }
    func found() throws -> String {
      try ReferenceData.locate(environment: [:], executable: executable).resolvingSymlinksInPath().path()
    }
    #expect(throws: ReferenceDataError.self) { try found() }
    for path in [
      "Shared/CooperationModel/Resources", "build/share/bourse-projets/reference-data", "build/bin/reference-data",
    ] {
      let placed = try put(path)
      #expect(try found() == placed)
    }
  }

  @Test("the environment names the folder, and a wrong name is an error that says so")
  func environment() throws {
    let variable = ReferenceData.folderVariable
    let path = ReferenceFixture.folder.path()
    #expect(try ReferenceData.locate(environment: [variable: path], executable: nil).path() == path)
    let error = try #require(throws: ReferenceDataError.self) {
      try ReferenceData.locate(environment: [variable: "/no/such/folder"], executable: ReferenceFixture.folder)
    }
    #expect("\(error)".contains("/no/such/folder"))
    #expect("\(error)".contains(variable))
  }
}
