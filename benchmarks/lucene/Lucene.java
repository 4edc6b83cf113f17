import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.lucene.analysis.standard.StandardAnalyzer;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.queryparser.classic.QueryParser;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.Sort;
import org.apache.lucene.search.SortField;
import org.apache.lucene.search.TopDocs;
import org.apache.lucene.search.TopFieldCollectorManager;
import org.apache.lucene.search.TopScoreDocCollectorManager;
import org.apache.lucene.store.Directory;
import org.apache.lucene.store.MMapDirectory;

/**
 * How does Lucene index the same files, and what do the same queries cost it?
 *
 * <pre>
 * java Lucene index CORPUS OUT
 * java Lucene ask INDEX OPENING TIMES QUERY [FIELD]
 * </pre>
 *
 * One thread, words and lower case, texts stored, positions kept. A query is asked after another one
 * that opens the index, so many times; its best ten are ranked, or the first ten by a field of numbers,
 * and all that is found is counted, as the others do. Printed are the total and the CPU time of the
 * thread for each time, in ms: what the compiler does in threads of its own is not in it.
 */
public final class Lucene {
    private static final int BEST = 10;
    private static final double BUFFER_MB = 400;
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

    public static void main(String[] given) throws Exception {
        if (given[0].equals("index")) {
            index(Path.of(given[1]), Path.of(given[2]));
        } else {
            ask(Path.of(given[1]), given[2], Integer.parseInt(given[3]), given[4],
                given.length > 5 ? given[5] : null);
        }
    }

    private static void index(Path corpus, Path out) throws IOException {
        List<Path> files;
        try (Stream<Path> found = Files.walk(corpus)) {
            files = found.filter(Files::isRegularFile).sorted().collect(Collectors.toList());
        }
        IndexWriterConfig config = new IndexWriterConfig(new StandardAnalyzer());
        config.setRAMBufferSizeMB(BUFFER_MB);
        try (Directory directory = new MMapDirectory(out);
                IndexWriter writer = new IndexWriter(directory, config)) {
            for (Path file : files) {
                byte[] data = Files.readAllBytes(file);
                Document document = new Document();
                document.add(new StringField("path", corpus.relativize(file).toString(), Field.Store.YES));
                document.add(new TextField(
                    "body", new String(data, StandardCharsets.UTF_8), Field.Store.YES));
                document.add(new NumericDocValuesField("size", data.length));
                writer.addDocument(document);
            }
        }
    }

    private static void ask(Path index, String opening, int times, String text, String field)
            throws Exception {
        QueryParser parser = new QueryParser("body", new StandardAnalyzer());
        parser.setAllowLeadingWildcard(true);
        try (Directory directory = new MMapDirectory(index);
                DirectoryReader reader = DirectoryReader.open(directory)) {
            IndexSearcher searcher = new IndexSearcher(reader);
            found(searcher, parser.parse(opening), field);
            long total = 0;
            double[] costs = new double[times];
            for (int time = 0; time < times; time++) {
                long before = THREADS.getCurrentThreadCpuTime();
                total = found(searcher, parser.parse(text), field);
                costs[time] = (THREADS.getCurrentThreadCpuTime() - before) / 1e6;
            }
            System.out.println("[" + total + ", " + Arrays.toString(costs) + "]");
        }
    }

    private static long found(IndexSearcher searcher, Query query, String field) throws IOException {
        TopDocs best = field == null
            ? searcher.search(query, new TopScoreDocCollectorManager(BEST, Integer.MAX_VALUE))
            : searcher.search(query, new TopFieldCollectorManager(
                new Sort(new SortField(field, SortField.Type.LONG)), BEST, null, Integer.MAX_VALUE));
        return best.totalHits.value;
    }
}
