import CooperationModel
import Foundation
import Testing

@testable import ThemeClassifier

/// The classifier of this checkout, loaded once for all tests.
enum ClassifierFixture {
  static let checkout = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  static let folder = checkout.appending(path: "Shared/CooperationModel/Resources", directoryHint: .isDirectory)
  static let cases = checkout.appending(path: "Tests/Benchmarks/MatchingQuality/Cases/texts.tsv")

  private static let loadedReference = Result { try ReferenceData.load(from: folder) }
  private static let loaded = Result { try ThemeClassifier.load(reference(), from: folder) }

  static func reference() throws -> ReferenceData { try loadedReference.get() }
  static func classifier() throws -> ThemeClassifier { try loaded.get() }

  /// The repository's own texts, with purpose codes in place of themes.
  static func texts() throws -> [LabelledText] {
    let themes = try reference().themes
    return try LabelledText.read(cases).map { text in
      var text = text
      text.codes = text.codes.compactMap { ThemeID(rawValue: $0) }.flatMap { themes.purposes(of: $0) }
      return text
    }
  }
}
