/**
 * What a Python module is installed by where the names differ and no environment tells, the usual one first. Modules that
 * many distributions share stand here by their dotted paths.
 */
const different: ReadonlyMap<string, readonly string[]> = new Map(
  `
  attr=attrs Bio=biopython bs4=beautifulsoup4 cairo=pycairo Crypto=pycryptodome,pycrypto Cryptodome=pycryptodomex
  cv2=opencv-python,opencv-python-headless,opencv-contrib-python,opencv-contrib-python-headless
  dateutil=python-dateutil discord=discord.py dns=dnspython docx=python-docx dotenv=python-dotenv faiss=faiss-cpu,faiss-gpu
  ffmpeg=ffmpeg-python fitz=PyMuPDF pymupdf=PyMuPDF gi=PyGObject git=GitPython github=PyGithub gitlab=python-gitlab
  google.api_core=google-api-core google.auth=google-auth google.cloud=google-cloud-core google.genai=google-genai
  google.generativeai=google-generativeai google.oauth2=google-auth google.protobuf=protobuf
  google_auth_oauthlib=google-auth-oauthlib googleapiclient=google-api-python-client grpc=grpcio grpc_tools=grpcio-tools
  igraph=igraph,python-igraph jose=python-jose jwt=PyJWT kafka=kafka-python,kafka-python-ng Levenshtein=Levenshtein,python-Levenshtein
  ldap=python-ldap llama_cpp=llama-cpp-python magic=python-magic,python-magic-bin markdown=Markdown mpl_toolkits=matplotlib
  multipart=python-multipart,multipart mysql.connector=mysql-connector-python MySQLdb=mysqlclient nacl=PyNaCl
  onnxruntime=onnxruntime,onnxruntime-gpu OpenSSL=pyOpenSSL opentelemetry=opentelemetry-api opentelemetry.sdk=opentelemetry-sdk
  PIL=Pillow,pillow-simd pkg_resources=setuptools pptx=python-pptx psycopg2=psycopg2-binary,psycopg2 pylab=matplotlib
  pythoncom=pywin32 pywintypes=pywin32 rest_framework=djangorestframework ruamel.yaml=ruamel.yaml serial=pyserial
  skimage=scikit-image sklearn=scikit-learn slugify=python-slugify snowflake.connector=snowflake-connector-python
  socks=PySocks speech_recognition=SpeechRecognition telegram=python-telegram-bot
  tensorflow=tensorflow,tensorflow-cpu,tensorflow-gpu,tensorflow-macos umap=umap-learn usb=pyusb websocket=websocket-client
  whisper=openai-whisper win32api=pywin32 win32com=pywin32 win32con=pywin32 wx=wxPython Xlib=python-xlib yaml=PyYAML zmq=pyzmq
  zope.interface=zope.interface azure=azure-core
  `
    .trim()
    .split(/\s+/)
    .map((pair) => {
      const [module = "", distributions = ""] = pair.split("=");
      return [module, distributions.split(",")];
    }),
);

/** `google.cloud.storage` is of `google-cloud-storage`, `azure.identity` of `azure-identity`, and so are their kin. */
const families = [
  /^google\.cloud\.[a-z]+(?:_(?!v\d)[a-z]+)*/,
  /^azure\.(?:ai|communication|data|keyvault|mgmt|monitor|search|storage)\.[a-z]+/,
  /^azure\.(?!core\b)[a-z]+/,
];

/** The distributions that a dotted path is likely of, the usual one first. */
export function distributionsOf(module: string): readonly [string, ...string[]] {
  const parts = module.split(".");
  const paths = parts.map((_, at) => parts.slice(0, parts.length - at).join("."));
  const known = paths.find((path) => different.has(path)) ?? "";
  const family = families.map((pattern) => pattern.exec(module)?.[0]).find(Boolean) ?? "";
  if (family.length > known.length) return [family.replaceAll(/[._]/g, "-")];
  const [usual, ...others] = different.get(known) ?? [];
  return [usual ?? (parts[0] ?? "").replaceAll("_", "-"), ...others];
}

/** As PEP 503 compares names of distributions. */
export function normalDistribution(name: string): string {
  return name.toLowerCase().replaceAll(/[-_.]+/g, "-");
}
