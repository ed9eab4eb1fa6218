import CooperationModel
import Foundation
import Testing

@testable import ThemeClassifier

@Suite("Making the model", .serialized)
struct TrainingTests {
  /// Two files of a few labelled texts.
  private func files() throws -> (folder: URL, files: [URL]) {
    let folder = FileManager.default.temporaryDirectory.appending(path: "labelled-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let lines = try ClassifierFixture.texts().map { "\($0.language)\t\($0.codes.joined(separator: "|"))\t\($0.text)" }
    let files = ["a.tsv", "b.tsv"].map { folder.appending(path: $0) }
    for (number, file) in files.enumerated() {
      let part = lines.enumerated().filter { $0.offset % 8 == number }.map(\.element)
      try Data((["lang\tcodes\ttext"] + part).joined(separator: "\n").utf8).write(to: file)
    }
    return (folder, files)
  }

  @Test("the same texts give the same bytes, whatever the order in which their files are named")
  func deterministic() throws {
    let (folder, files) = try files()
    defer { try? FileManager.default.removeItem(at: folder) }
    let reference = try ClassifierFixture.reference()
    func model(_ files: [URL]) throws -> [UInt8] {
      try ClassifierTraining(reference, files: files, from: ClassifierFixture.folder).file(temperature: 1)
    }
    let first = try model(files)
    #expect(try model(files.reversed()) == first)
    #expect(try model([files[0]]) != first)
  }

  @Test("a file that lacks a field is refused, by line")
  func malformedLine() throws {
    let (folder, files) = try files()
    defer { try? FileManager.default.removeItem(at: folder) }
    try Data("lang\tcodes\ttext\nfr\t140\tEau\nfr eau\n".utf8).write(to: files[1])
    #expect(throws: ThemeClassifierError.line(file: "b.tsv", number: 3, reason: "not three fields between tabs")) {
      try ClassifierTraining(ClassifierFixture.reference(), files: files, from: ClassifierFixture.folder)
    }
  }

  @Test("a model for other terms, a cut one, and one of another version are refused")
  func foreign() throws {
    let classifier = try ClassifierFixture.classifier()
    let file = [UInt8](try Data(contentsOf: ClassifierFixture.folder.appending(path: ThemeClassifier.file)))
    let terms = [UInt8](try Data(contentsOf: ClassifierFixture.folder.appending(path: ThemeClassifier.termsFile)))
    let space = FeatureSpace(concepts: classifier.terms.concepts.count)
    let identity = ThemeClassifier.identity(terms: terms, classifier.scheme)
    func read(_ bytes: [UInt8], for identity: String) throws -> ClassifierModel {
      try ClassifierModel(bytes, identity: identity, space: space, scheme: classifier.scheme)
    }
    #expect(try read(file, for: identity) == classifier.model)
    #expect(try read(file, for: identity).encoded(for: identity) == file)
    let other = ThemeClassifier.identity(terms: terms + [10], classifier.scheme)
    #expect(throws: ThemeClassifierError.foreign) { try read(file, for: other) }
    #expect(throws: ThemeClassifierError.self) { try read(file.dropLast(), for: identity) }
    #expect(throws: ThemeClassifierError.self) { try read([], for: identity) }
    #expect(throws: ThemeClassifierError.self) { try read(Array("another 9\n".utf8), for: identity) }
  }

  @Test("a model that answers otherwise is another generation")
  func generation() throws {
    // With another model, here and in `ThemeClassifier.generation` stands the next number: match sets name it.
    let checksums = [1: "b7dd9df238dde4fb"]
    let file = [UInt8](try Data(contentsOf: ClassifierFixture.folder.appending(path: ThemeClassifier.file)))
    #expect(checksums[ThemeClassifier.generation] == ReferenceFiles.checksum(file))
    #expect(ScoringSettings.standard.textThemes == ThemeClassifier.generation)
  }

  @Test("what terms speak for are codes of the official list and leaves of the taxonomy")
  func codes() throws {
    let reference = try ClassifierFixture.reference()
    let dac = reference.dac
    for concept in try ClassifierFixture.classifier().terms.concepts {
      for code in concept.codes {
        #expect(dac.purposes.contains(code) || dac.sectorCategories.contains(code), "\(concept.name): \(code)")
      }
      for theme in concept.themes { #expect(reference.themes[theme]?.id.level == 3, "\(concept.name): \(theme)") }
    }
  }

  @Test(
    "no text of the repository's cases is among those that are learnt from",
    .enabled(if: LabelledFiles.folder != nil, "the labelled texts are not at hand: set BOURSE_OFFICIAL_DATA"))
  func apart() throws {
    func key(_ text: String) -> [String] {
      var folded = FoldedText()
      folded.read(text)
      return folded.words.map { String(decoding: folded.bytes[$0], as: UTF8.self) }
    }
    let own = Set(try ClassifierFixture.texts().map { key($0.text) })
    let folder = try #require(LabelledFiles.folder)
    let files = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
    for file in files where file.pathExtension == "tsv" {
      for text in try LabelledText.read(file) where own.contains(key(text.text)) {
        Issue.record("\(file.lastPathComponent): \(text.text)")
      }
    }
  }
}

/// The labelled texts that the model is made from, where they are at hand: in `shared/data/texts` beside a folder above,
/// or in `texts` where `BOURSE_OFFICIAL_DATA` says.
enum LabelledFiles {
  static let folder: URL? = {
    var candidates: [URL] = []
    if let named = ProcessInfo.processInfo.environment["BOURSE_OFFICIAL_DATA"] {
      candidates.append(URL(filePath: named).appending(path: "texts"))
    }
    var above = ClassifierFixture.checkout
    while above.pathComponents.count > 1 {
      above = above.deletingLastPathComponent()
      candidates.append(above.appending(path: "shared/data/texts"))
    }
    return candidates.first { FileManager.default.fileExists(atPath: $0.path()) }
  }()
}
