import CooperationModel
import Foundation

/// The reference data of this checkout, loaded once for all tests.
enum ReferenceFixture {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Shared/CooperationModel/Resources", directoryHint: .isDirectory)

  private static let loaded = Result { try ReferenceData.load(from: folder) }

  static func data() throws -> ReferenceData { try loaded.get() }

  /// A copy of the data files that a test may damage.
  static func copy() throws -> URL {
    let copy = FileManager.default.temporaryDirectory.appending(path: "reference-\(UUID().uuidString)")
    try FileManager.default.copyItem(at: folder, to: copy)
    return copy
  }
}

/// Makes an identifier of a text that is known to be one.
func id<ID: Identifier>(_ text: String) throws -> ID {
  guard let id = ID(rawValue: text) else { throw NotAnIdentifier(text: text, form: ID.form) }
  return id
}

struct NotAnIdentifier: Error {
  let text: String
  let form: String
}
