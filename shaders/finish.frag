// The finished picture: what was drawn, the light that alarms spread, and the least noise that hides the steps of dark gradients.
#version 460
layout(set = 0, binding = 0) uniform sampler2D picture;
layout(set = 1, binding = 0) uniform sampler2D near_light;
layout(set = 2, binding = 0) uniform sampler2D middle_light;
layout(set = 3, binding = 0) uniform sampler2D far_light;
layout(location = 0) in vec2 in_at;
layout(location = 0) out vec4 out_color;

// Four bilinear taps around: a tent, so that the small copies do not show their texels.
vec3 tent(sampler2D light, vec2 at) {
    const vec2 t = 0.5 / vec2(textureSize(light, 0));
    return 0.25 * (texture(light, at + vec2(t.x, t.y)).rgb + texture(light, at + vec2(-t.x, t.y)).rgb +
                   texture(light, at + vec2(t.x, -t.y)).rgb + texture(light, at + vec2(-t.x, -t.y)).rgb);
}

void main() {
    vec3 color = texelFetch(picture, ivec2(gl_FragCoord.xy), 0).rgb;
    const vec3 light = 0.30 * tent(near_light, in_at) + 0.35 * tent(middle_light, in_at) + 0.45 * tent(far_light, in_at);
    color += light * (1.0 - color);  // never brighter than white
    const float noise = fract(52.9829189 * fract(dot(gl_FragCoord.xy, vec2(0.06711056, 0.00583715))));  // interleaved gradient noise, Jimenez 2014
    out_color = vec4(color + (noise - 0.5) / 255.0, 1.0);
}
