// What the two decoders share: the generated schema, the verifier and the checks of text. Internal to net/.
#pragma once

#include <span>
#include <string_view>

#include "net/codec.h"
#include "net/telemetry_generated.h"

namespace bv {

// Runs the FlatBuffers verifier and checks version, source name and times. Null, with the error set, unless all is
// well.
[[nodiscard]] const wire::Message* verify_message(std::span<const std::byte> message, DecodeError& error);

[[nodiscard]] bool valid_utf8(std::string_view text);
// UTF-8 without control characters, at most max_bytes long. Null is the empty text.
[[nodiscard]] bool valid_text(const flatbuffers::String* text, size_t max_bytes);

inline std::string_view view(const flatbuffers::String* text) {
    return text ? std::string_view(text->c_str(), text->size()) : std::string_view();
}
inline std::span<const std::byte> bytes_of(const flatbuffers::Vector<uint8_t>* vector) {
    if (!vector) return {};
    return {reinterpret_cast<const std::byte*>(vector->data()), vector->size()};
}
// Finishes a message and copies it out; the builder can be used again.
Bytes finish_message(flatbuffers::FlatBufferBuilder& builder, const MessageHeader& header, wire::Payload kind,
                     flatbuffers::Offset<void> payload);

}  // namespace bv
